// A subtransaction: work that can be taken back whole, locks included, while the transaction goes on.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/resowner.h"
}

namespace bookmeatoz::pg {

/// Ended by commit() or roll_back(), or rolled back on the way out of an exception: the server's own handling of an error
/// ends the innermost transaction alone, so one that is left open would leave the session in a failed transaction block
/// that it never began, with all its locks.
class Subtransaction {
public:
    Subtransaction() : owner_(CurrentResourceOwner) {
        pg_call([] { BeginInternalSubTransaction(nullptr); });
    }
    Subtransaction(const Subtransaction&) = delete;
    Subtransaction& operator=(const Subtransaction&) = delete;
    /// The server takes an error while it rolls back for fatal in any case, and keeps the one that is on its way.
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

    /// To be called where a ServerError was caught, the only place where one may be: whether it is one of these. It is then
    /// forgotten, and roll_back() must follow; otherwise throw it on.
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
