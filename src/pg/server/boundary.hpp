// The border between C++ and the server. It is crossed in two ways.
//   boundary(fn)  the server calls C++: no C++ exception reaches C code.
//   pg_call(fn)   C++ calls the server: no longjmp of an ereport() skips a destructor.
// A function that SQL calls is written with BOOKMEATOZ_FUNCTION, which contains boundary(). A hook that may throw calls boundary()
// itself. The other callbacks have no boundary, because they throw nothing: the check and assign hooks of settings, invalidations,
// and the ends of transactions and memory contexts. Most of these are noexcept; a check hook may raise a server error where it
// holds no object with a destructor.
// Standard headers come before PostgreSQL's.
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
}

namespace bookmeatoz::pg {

/// A server error on its way through C++ frames. It carries nothing: the ErrorData stays whole on the server's error
/// stack until boundary() raises it again. So nobody may swallow it (but see Subtransaction::forgives()), and no destructor
/// may make a server call that can raise another error.
struct ServerError {};

/// What an error is about, for the error fields of these names. Names that live as long as the program; nullptr: none.
struct ErrorPlace {
    const char* table = nullptr;
    const char* column = nullptr;
    const char* constraint = nullptr;
};

/// An error of ours, as the client sees it. SQLSTATE: an ERRCODE_ constant. Message: without a full stop. DETAIL and HINT:
/// whole sentences, or empty for none. DETAIL is one word where it is for programs.
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

/// An exception as plain data, which outlives it. The texts lie in the current memory context.
struct Failure {
    bool server_error = false;
    int sqlstate = 0;
    const char* message = nullptr;
    const char* detail = nullptr;
    const char* hint = nullptr;
    ErrorPlace place{};
};

/// Turns the exception in flight into plain data. Call it inside a catch block. It allocates, but raises no error.
Failure current_failure() noexcept;

/// Raises the failure as a server error (longjmp). The calling frame must hold no live C++ object with a destructor.
[[noreturn]] void raise(const Failure& failure);

/// Runs the body of an entry point. An error is raised only after all that `fn` created is destroyed.
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

/// The state that server code may leave changed: the error handling after an error, the memory context after SPI. The destructor
/// puts it back on every way out, also after a C++ exception. Otherwise the next allocation could land in another's context and
/// be freed with it.
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

/// Runs server code that may ereport(), and turns its longjmp into a ServerError. The lambda must hold no object with a
/// destructor at a call that may raise: the longjmp would skip the destructor.
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

/// Ends a long computation when the query is cancelled. The core calls it as its Poll, our own long loops call it too.
inline void poll_interrupts() {
    if (INTERRUPTS_PENDING_CONDITION())
        pg_call([] { CHECK_FOR_INTERRUPTS(); });
}

} // namespace bookmeatoz::pg

/// Defines a function that SQL can call, and says how SQL must declare it:
///     BOOKMEATOZ_FUNCTION(name, takes({UUIDOID}).returns(BOOLOID)) { body that reads `fcinfo` and returns a Datum }
/// The body runs inside boundary(). The macro makes the function visible: all else in the module is hidden, and PostgreSQL 15 does
/// not yet mark its entry points.
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
