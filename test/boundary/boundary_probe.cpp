// Provokes every kind of error through the boundary of src/pg, with live objects in all frames that it passes.
// Called by test/sql/boundary.sql, which looks at what arrives and at what stays behind.
#include "pg/server/boundary.hpp"

#include <malloc.h>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
}

#pragma GCC visibility push(default)
extern "C" {
PG_MODULE_MAGIC;
}
#pragma GCC visibility pop

namespace bookmeatoz::pg {
namespace {

/// An object whose loss shows twice: in the count and in the memory.
class Traced {
public:
    Traced() : memory_(5000, 't') { live++; }
    ~Traced() { live--; }
    Traced(const Traced&) = delete;
    Traced& operator=(const Traced&) = delete;

    static inline int live = 0;

private:
    std::string memory_;
};

/// Not derived from std::exception, and with something to lose.
struct Unknown {
    Traced traced;
    Unknown() = default;
    Unknown(const Unknown&) {}
};

[[noreturn]] void full_report() {
    ereport(ERROR, (errcode(ERRCODE_CHECK_VIOLATION), errmsg("a server error"), errdetail("Its detail."),
                    errhint("Its hint."), errcontext("its context"),
                    err_generic_string(PG_DIAG_SCHEMA_NAME, "its schema"),
                    err_generic_string(PG_DIAG_TABLE_NAME, "its table"),
                    err_generic_string(PG_DIAG_COLUMN_NAME, "its column"),
                    err_generic_string(PG_DIAG_CONSTRAINT_NAME, "its constraint")));
    pg_unreachable();
}

void execute(const char* query) {
    pg_call([&] {
        SPI_connect();
        SPI_execute(query, false, 0);
        SPI_finish();
    });
}

void provoke(std::string_view kind) {
    const Traced traced;
    if (kind == "std::runtime_error") {
        throw std::runtime_error("a C++ error " + std::string(1000, '.'));
    } else if (kind == "std::bad_alloc") {
        throw std::bad_alloc();
    } else if (kind == "std::length_error") {
        std::vector<int>().reserve(std::vector<int>().max_size() + 1);
    } else if (kind == "int") {
        throw 42;
    } else if (kind == "unknown object") {
        throw Unknown();
    } else if (kind == "SqlError") {
        throw SqlError{ERRCODE_EXCLUSION_VIOLATION, "an error of ours", "Our detail: 100%s.", "Our hint."};
    } else if (kind == "SqlError without detail") {
        throw SqlError{ERRCODE_INVALID_PARAMETER_VALUE, "an error of ours"};
    } else if (kind == "rethrown") {
        try {
            throw SqlError{ERRCODE_LOCK_NOT_AVAILABLE, "an error on its way", "Its detail.", "Its hint."};
        } catch (const std::exception&) {
            const Traced other;
            throw;
        }
    } else if (kind == "ereport") {
        pg_call([] { full_report(); });
    } else if (kind == "ereport, rethrown") {
        try {
            pg_call([] { full_report(); });
        } catch (...) {
            const Traced other;
            throw;
        }
    } else if (kind == "ereport two calls deep") {
        pg_call([] { pg_call([] { full_report(); }); });
    } else if (kind == "exception within a call") {
        pg_call([] { throw SqlError{ERRCODE_DATA_EXCEPTION, "thrown within pg_call"}; });
    } else if (kind == "palloc of too much") {
        pg_call([] { palloc(MaxAllocSize + Size{1}); });
    } else if (kind == "type input") {
        pg_call([] { DirectFunctionCall1(int4in, CStringGetDatum("no number")); });
    } else if (kind == "SPI, syntax") {
        execute("SELECT FROM WHERE");
    } else if (kind == "SPI, execution") {
        execute("SELECT 1 / 0");
    } else if (kind == "SPI, raised") {
        execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'BMZ01', MESSAGE = 'raised', DETAIL = 'Raised "
                "detail.', "
                "HINT = 'Raised hint.'; END $$");
    } else if (kind == "through another boundary") {
        execute("SELECT boundary_provoke('SqlError')");
    } else if (kind == "server error through another boundary") {
        execute("SELECT boundary_provoke('ereport')");
    } else if (kind == "after one that was caught") {
        execute("SELECT boundary_caught('SPI, execution'), boundary_caught('std::bad_alloc')");
        throw SqlError{ERRCODE_DATA_EXCEPTION, "thrown after caught ones"};
    }
}

} // namespace

/// boundary_provoke(kind): fails as the kind says; succeeds for an unknown one.
BOOKMEATOZ_FUNCTION(boundary_provoke, takes({TEXTOID}).strict().returns(VOIDOID)) {
    const Traced traced;
    const char* const kind = pg_call([&] { return text_to_cstring(PG_GETARG_TEXT_PP(0)); });
    provoke(kind);
    return Datum{0};
}

/// boundary_live(): objects that were made and not destroyed.
BOOKMEATOZ_FUNCTION(boundary_live, takes({}).returns(INT4OID)) {
    return Int32GetDatum(Traced::live);
}

/// boundary_memory(): bytes that this process has allocated and not freed, the server's own included.
BOOKMEATOZ_FUNCTION(boundary_memory, takes({}).returns(INT8OID)) {
    return Int64GetDatum(static_cast<int64>(mallinfo2().uordblks));
}

/// boundary_exceptions(): C++ exceptions still in flight.
BOOKMEATOZ_FUNCTION(boundary_exceptions, takes({}).returns(INT4OID)) {
    return Int32GetDatum(std::uncaught_exceptions() + (std::current_exception() ? 1 : 0));
}

/// boundary_keeps_memory_context(): whether the memory context is the same after server calls that change it. What is
/// allocated next must not go with SPI's.
BOOKMEATOZ_FUNCTION(boundary_keeps_memory_context, takes({}).returns(BOOLOID)) {
    const MemoryContext before = CurrentMemoryContext;
    pg_call([] { SPI_connect(); });
    const bool after_connect = CurrentMemoryContext == before;
    pg_call([] { SPI_prepare("SELECT 1", 0, nullptr); });
    const bool after_prepare = CurrentMemoryContext == before;
    pg_call([] { SPI_execute("SELECT 1", true, 0); });
    const bool after_execute = CurrentMemoryContext == before;
    pg_call([] { SPI_finish(); });
    return BoolGetDatum(after_connect && after_prepare && after_execute && CurrentMemoryContext == before);
}

} // namespace bookmeatoz::pg
