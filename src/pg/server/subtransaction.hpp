// A subtransaction: work that can be rolled back, with its locks, while the transaction goes on.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/resowner.h"
}

namespace bookmeatoz::pg {

/// Ends with commit() or roll_back(). An exception rolls it back: the server's error handling ends only the innermost
/// transaction. If that were this subtransaction, the session would be left in a failed transaction block that it never began,
/// with all its locks.
class Subtransaction {
public:
    Subtransaction() : owner_(CurrentResourceOwner) {
        pg_call([] { BeginInternalSubTransaction(nullptr); });
    }
    Subtransaction(const Subtransaction&) = delete;
    Subtransaction& operator=(const Subtransaction&) = delete;
    /// An error during the rollback is fatal to the server in any case. The error that is on its way is kept.
    ~Subtransaction() {
        if (open_)
            roll_back();
    }

    void commit() {
        pg_call([] { ReleaseCurrentSubTransaction(); });
        open_ = false;
        CurrentResourceOwner = owner_;
    }

    void roll_back() {
        open_ = false;
        pg_call([] { RollbackAndReleaseCurrentSubTransaction(); });
        CurrentResourceOwner = owner_;
    }

    /// Whether the caught ServerError has one of these codes. Call it where a ServerError was caught; only the user of a
    /// Subtransaction may catch one. true: the error is forgotten, and roll_back() must follow. false: throw the error on.
    static bool forgives(std::initializer_list<int> sqlstates) {
        const int sqlstate = pg_call([] {
            ErrorData* const error = CopyErrorData();
            const int code = error->sqlerrcode;
            FreeErrorData(error);
            return code;
        });
        for (const int forgiven : sqlstates) {
            if (sqlstate == forgiven) {
                FlushErrorState();
                return true;
            }
        }
        return false;
    }

private:
    ResourceOwner owner_;
    bool open_ = true;
};

} // namespace bookmeatoz::pg
