// A subtransaction: work that can be taken back whole, locks included, while the transaction goes on.
#pragma once

#include "boundary.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/resowner.h"
}

namespace bookmeatoz::pg {

/// commit() or roll_back() must end it; where an exception does, the transaction's abort takes it along.
class Subtransaction {
public:
    Subtransaction() : owner_(CurrentResourceOwner) {
        pg_call([] { BeginInternalSubTransaction(nullptr); });
    }
    Subtransaction(const Subtransaction&) = delete;
    Subtransaction& operator=(const Subtransaction&) = delete;

    void commit() {
        pg_call([] { ReleaseCurrentSubTransaction(); });
        CurrentResourceOwner = owner_;
    }

    void roll_back() {
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
};

} // namespace bookmeatoz::pg
