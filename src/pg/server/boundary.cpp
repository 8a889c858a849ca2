// Turns exceptions into plain data, and plain data into ereport(): see server/boundary.hpp.
#include "pg/server/boundary.hpp"

#include <cstring>
#include <new>

extern "C" {
#include "utils/memutils.h"
}

namespace bookmeatoz::pg {
namespace {

/// A copy that outlives the exception. nullptr where the text is empty or no memory is left.
const char* keep(const char* text) noexcept {
    const std::size_t length = std::strlen(text);
    if (length == 0)
        return nullptr;
    void* copy = MemoryContextAllocExtended(CurrentMemoryContext, length + 1, MCXT_ALLOC_NO_OOM);
    return copy == nullptr ? nullptr : static_cast<const char*>(std::memcpy(copy, text, length + 1));
}

int name_field(int field, const char* name) {
    return name == nullptr ? 0 : err_generic_string(field, name);
}

} // namespace

Failure current_failure() noexcept {
    Failure failure;
    try {
        throw;
    } catch (const ServerError&) {
        failure.server_error = true;
    } catch (const SqlError& error) {
        failure.sqlstate = error.sqlstate;
        failure.message = keep(error.message.c_str());
        failure.detail = keep(error.detail.c_str());
        failure.hint = keep(error.hint.c_str());
        failure.place = error.place;
    } catch (const std::bad_alloc&) {
        failure.sqlstate = ERRCODE_OUT_OF_MEMORY;
        failure.message = "out of memory";
    } catch (const std::exception& error) {
        failure.sqlstate = ERRCODE_INTERNAL_ERROR;
        failure.message = keep(error.what());
    } catch (...) {
        failure.sqlstate = ERRCODE_INTERNAL_ERROR;
        failure.message = "unknown C++ exception";
    }
    return failure;
}

void raise(const Failure& failure) {
    if (failure.server_error)
        PG_RE_THROW();
    ereport(ERROR, (errcode(failure.sqlstate),
                    errmsg_internal("%s", failure.message == nullptr ? "out of memory" : failure.message),
                    failure.detail == nullptr ? 0 : errdetail_internal("%s", failure.detail),
                    failure.hint == nullptr ? 0 : errhint("%s", failure.hint),
                    name_field(PG_DIAG_TABLE_NAME, failure.place.table),
                    name_field(PG_DIAG_COLUMN_NAME, failure.place.column),
                    name_field(PG_DIAG_CONSTRAINT_NAME, failure.place.constraint)));
    pg_unreachable();
}

} // namespace bookmeatoz::pg
