// Does the steps: see schema/steps.hpp.
#include "pg/schema/steps.hpp"
#include "pg/server/spi.hpp"

#include <algorithm>
#include <map>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace bookmeatoz::pg {
namespace {

constinit SavedQuery ledger_query("SELECT step, version FROM @extschema@.schema_ledger ORDER BY step", {});

constinit SavedQuery steps_query(R"(
    SELECT step, version, what, pg_catalog.concat_ws(' ', object, kind, name), pg_catalog.concat(kind), pg_catalog.concat(old_definition),
           pg_catalog.concat(new_definition), pg_catalog.concat(statements), pg_catalog.concat(by_hand), rewrites
      FROM @extschema@.bookmeatoz_schema_steps()
           s (step, version, what, object, kind, name, old_definition, new_definition, statements, rewrites, by_hand)
     ORDER BY step)",
                                 {});

constinit SavedQuery
    state_query("SELECT state, pg_catalog.concat(found) FROM @extschema@.bookmeatoz_step_states() s (step, "
                "state, found) WHERE step = $1",
                {INT4OID});

constinit SavedQuery
    record_query("INSERT INTO @extschema@.schema_ledger (step, version, left_as) VALUES ($1, $2, $3)",
                 {INT4OID, TEXTOID, TEXTOID});

} // namespace

Steps::Steps(Work& work) : work_(work) {
    std::map<int32, std::string> recorded;
    if (pg_call([&] { return OidIsValid(get_relname_relid("schema_ledger", work.schema())); }))
        for (const SpiRow row : ledger_query.run_latest(work.schema(), {}))
            recorded.emplace(row.int4(1), row.string(2));
    for (const SpiRow row : steps_query.run_latest(work.schema(), {}))
        if (recorded.erase(row.int4(1)) == 0)
            steps_.push_back({row.int4(1), row.string(2), row.string(3), row.string(4), row.string(5),
                              row.string(6), row.string(7), row.string(8), row.string(9), row.boolean(10)});
    if (!recorded.empty()) {
        const auto& [number, version] = *recorded.rbegin();
        throw SqlError(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                       "the tables are those of version " + version + ", which this version does not know",
                       "Their schema_ledger has step " + std::to_string(number) + ".",
                       "Install bookmeatoz " + version +
                           " or a newer one, then run ALTER EXTENSION bookmeatoz UPDATE.");
    }
}

Steps::Standing Steps::standing(const Step& step) const {
    const SpiRow row = state_query.run_latest(work_.schema(), {Int32GetDatum(step.number)}).front();
    Standing found{row.string(1), row.string(2)};
    // A plan has not run what comes before.
    if (work_.is_plan() && found.state == "changed" && changed_.contains(step.target))
        found.state = "to do";
    return found;
}

bool Steps::is_due(const Step& step) const {
    return !run_.contains(step.number) && standing(step).state == "to do";
}

void Steps::run(const Step& step) {
    if (work_.is_plan())
        work_.say(step.title());
    work_.run(step.statements.c_str(), step.title(), step.rewrites);
    if (!step.by_hand.empty())
        work_.offer(step.by_hand);
    run_.insert(step.number);
    changed_.insert(step.target);
}

void Steps::record(const Step& step, const std::string* left_as) {
    record_query.run_latest(work_.schema(),
                            {Int32GetDatum(step.number), text_datum(step.version),
                             left_as == nullptr ? std::nullopt : std::optional(text_datum(*left_as))});
}

bool Steps::change_types_and_columns() {
    bool has_new_labels = false;
    for (const Step& step : steps_) {
        if (!step.comes_first() || !is_due(step))
            continue;
        run(step);
        has_new_labels |= step.kind == "type";
    }
    return has_new_labels;
}

void Steps::finish() {
    for (const Step& step : steps_) {
        if (is_due(step))
            run(step);
        const Standing now = standing(step);
        const bool was_run = run_.contains(step.number);
        const bool is_done = now.state == "done" || step.target.empty() || (work_.is_plan() && was_run);
        if (!is_done && was_run)
            throw SqlError(ERRCODE_INTERNAL_ERROR,
                           step.title() + ": it led to another definition than it says",
                           step.target + " is " + now.found + ", expected " + step.new_definition + ".");
        if (!is_done)
            work_.say("left out " + step.title() + ": " + step.target + " is " + now.found +
                      "; the step makes of " + step.old_definition + " " + step.new_definition);
        else if (!was_run)
            work_.say("found done " + step.title());
        if (!work_.is_plan())
            record(step, is_done ? nullptr : &now.found);
    }
}

void Steps::record_all() {
    for (const Step& step : steps_)
        record(step, nullptr);
}

} // namespace bookmeatoz::pg
