// The border between C++ and the server: the only two places where it is crossed.
//   boundary(fn)  wraps every function that the server calls: no C++ exception reaches C code.
//   pg_call(fn)   wraps every server call that may ereport(): no longjmp skips a destructor.
// Every entry point is written with BOOKMEATOZ_FUNCTION, which brings boundary() with it. Standard headers come before PostgreSQL's.
#pragma once

#include "pg/server/declaration.hpp"

#include <csetjmp>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>

extern "C" {
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h" // part of postgres.h on 15, no longer brought by it on 19
#endif
}

namespace bookmeatoz::pg {

/// A server error on its way through C++ frames. It carries nothing: the ErrorData stays on the server's own error
/// stack, whole, until boundary() hands it on. So it must never be swallowed, and no destructor may call the server
/// in a way that can raise another error.
struct ServerError {};

/// What an error is about, for the error fields of these names. Names that live as long as the program; nullptr: none.
struct ErrorPlace {
    const char* table = nullptr;
    const char* column = nullptr;
    const char* constraint = nullptr;
};

/// An error of ours: what the client sees. SQLSTATE as an ERRCODE_ constant, message without a full stop, DETAIL and
/// HINT as whole sentences (empty = absent); DETAIL is one word where it is for programs.
class SqlError : public std::exception {
public:
    SqlError(int sqlstate, std::string message, std::string detail = {}, std::string hint = {})
        : sqlstate(sqlstate), message(std::move(message)), detail(std::move(detail)), hint(std::move(hint)) {}
    const char* what() const noexcept override { return message.c_str(); }
    SqlError&& about(ErrorPlace error_place) && {
        place = error_place;
        return std::move(*this);
    }

    int sqlstate;
    std::string message;
    std::string detail;
    std::string hint;
    ErrorPlace place{};
};

/// What is left of an exception once it is destroyed: plain data, the texts in the current memory context.
struct Failure {
    bool server_error = false;
    int sqlstate = 0;
    const char* message = nullptr;
    const char* detail = nullptr;
    const char* hint = nullptr;
    ErrorPlace place{};
};

/// To be called inside a catch block: turns the exception in flight into plain data. Allocates without raising.
Failure current_failure() noexcept;

/// Raises the failure as a server error (longjmp). No C++ object with a destructor may be alive in the calling frame.
[[noreturn]] void raise(const Failure& failure);

/// Runs the body of an entry point. All that `fn` created is destroyed before an error is raised.
template <class Fn>
Datum boundary(Fn&& fn) {
    Failure failure;
    try {
        return fn();
    } catch (...) {
        failure = current_failure();
    }
    raise(failure);
}

/// What server code may leave changed behind it: the error handling after an error, the memory context after SPI. Put back
/// on every way out, C++ exceptions included, so that what is allocated next does not go with somebody else's context.
class ServerState {
public:
    ServerState()
        : exception_stack_(PG_exception_stack), context_stack_(error_context_stack),
          memory_(CurrentMemoryContext) {}
    ~ServerState() {
        PG_exception_stack = exception_stack_;
        error_context_stack = context_stack_;
        MemoryContextSwitchTo(memory_);
    }
    ServerState(const ServerState&) = delete;
    ServerState& operator=(const ServerState&) = delete;

private:
    sigjmp_buf* exception_stack_;
    ErrorContextCallback* context_stack_;
    MemoryContext memory_;
};

/// Runs server code that may ereport() and turns its longjmp into a ServerError. At a call that may raise, the lambda
/// must have no object with a destructor: a longjmp out of it would skip them.
template <class Fn>
auto pg_call(Fn&& fn) -> std::invoke_result_t<Fn> {
    const ServerState outer;
    sigjmp_buf jump;
    if (sigsetjmp(jump, 0) == 0) {
        PG_exception_stack = &jump;
        return fn();
    }
    throw ServerError{};
}

/// The core's Poll, and for loops of ours: ends a long computation when the query is cancelled.
inline void poll_interrupts() {
    if (INTERRUPTS_PENDING_CONDITION())
        pg_call([] { CHECK_FOR_INTERRUPTS(); });
}

} // namespace bookmeatoz::pg

/// Defines a function that SQL can call, with what SQL must declare: BOOKMEATOZ_FUNCTION(name, takes({UUIDOID}).returns(BOOLOID))
/// { body with `fcinfo` that returns a Datum }. The body runs inside boundary(). The visibility is said here because all else
/// in the module is hidden, and PostgreSQL 15 does not yet mark its entry points.
#define BOOKMEATOZ_FUNCTION(name, ...)                                                                       \
    _Pragma("GCC visibility push(default)") extern "C" {                                                     \
        extern Datum name(PG_FUNCTION_ARGS);                                                                 \
        PG_FUNCTION_INFO_V1(name);                                                                           \
    }                                                                                                        \
    _Pragma("GCC visibility pop") static Datum name##_body(PG_FUNCTION_ARGS);                                \
    extern "C" Datum name(PG_FUNCTION_ARGS) {                                                                \
        using namespace bookmeatoz::pg;                                                                      \
        static constexpr Declaration declaration = __VA_ARGS__;                                              \
        static constinit CheckedFunction checked;                                                            \
        return boundary([&] {                                                                                \
            checked.require(fcinfo, declaration);                                                            \
            return name##_body(fcinfo);                                                                      \
        });                                                                                                  \
    }                                                                                                        \
    static Datum name##_body([[maybe_unused]] PG_FUNCTION_ARGS)
