// Settings objects: see calendar/settings.hpp.
#include "pg/calendar/settings.hpp"
#include "pg/server/row_trigger.hpp"
#include "pg/server/uuid.hpp"

#include <string_view>

extern "C" {
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
}

namespace bookmeatoz::pg {
namespace {

SettingValue to_setting_value(const JsonbValue& value) {
    switch (value.type) {
    case jbvNull:
        return {SettingValue::Kind::null, "null"};
    case jbvBool:
        return {SettingValue::Kind::boolean, value.val.boolean ? "true" : "false"};
    case jbvString:
        return {SettingValue::Kind::string,
                {value.val.string.val, static_cast<std::size_t>(value.val.string.len)}};
    case jbvNumeric:
        return {SettingValue::Kind::number, pg_call([&] {
                    return DatumGetCString(
                        DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)));
                })};
    default:
        return {SettingValue::Kind::other, "an object or a list"};
    }
}

} // namespace

void read_settings(Settings& settings, SettingsOwner owner, const pg_uuid_t& id, Datum jsonb) {
    Jsonb* const object = pg_call([&] { return DatumGetJsonbP(jsonb); });
    if (!JB_ROOT_IS_OBJECT(object) || JB_ROOT_COUNT(object) == 0)
        return;
    JsonbIterator* iterator = pg_call([&] { return JsonbIteratorInit(&object->root); });
    JsonbValue item;
    std::string_view key;
    for (;;) {
        const JsonbIteratorToken token = pg_call([&] { return JsonbIteratorNext(&iterator, &item, true); });
        if (token == WJB_DONE)
            return;
        if (token == WJB_KEY)
            key = {item.val.string.val, static_cast<std::size_t>(item.val.string.len)};
        if (token != WJB_VALUE)
            continue;
        const SettingValue value = to_setting_value(item);
        if (const std::optional<std::string> wanted = apply_setting(settings, owner, key, value)) {
            const std::string shown = value.kind == SettingValue::Kind::string
                                          ? '"' + std::string(value.text) + '"'
                                          : std::string(value.text);
            const char* const row = owner == SettingsOwner::service ? "service" : "business";
            throw SqlError(ERRCODE_INVALID_PARAMETER_VALUE,
                           "setting \"" + std::string(key) + "\" of " + row + " " + uuid_text(id) +
                               " has an invalid value: " + shown,
                           "It must be " + *wanted + ".",
                           "Correct the key in the column \"settings\", or remove it to use the default.")
                .about({.table = owner == SettingsOwner::service ? "services" : "businesses",
                        .column = "settings"});
        }
    }
}

} // namespace bookmeatoz::pg

using namespace bookmeatoz;
using namespace bookmeatoz::pg;

/// BEFORE INSERT OR UPDATE row trigger on services ('service') and businesses ('business').
BOOKMEATOZ_FUNCTION(trigger_check_settings, takes({}).returns(TRIGGEROID)) {
    RowTrigger trigger(fcinfo, "trigger_check_settings", 1);
    const bool of_service = std::string_view(trigger.argument(0)) == "service";
    static constexpr const char* columns[] = {"id", "settings"};
    trigger.require(of_service ? "services" : "businesses", columns);
    const int id = trigger.column("id");
    const int column = trigger.column("settings");
    // Where either is NULL, the table's own constraint refuses the row.
    if (!trigger.is_null(id) && !trigger.is_null(column)) {
        Settings settings;
        read_settings(settings, of_service ? SettingsOwner::service : SettingsOwner::business, trigger.id(id),
                      trigger.get(column));
    }
    return trigger.result();
}
