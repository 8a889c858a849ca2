// The latest snapshot, for code that decides what to write.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/snapmgr.h"
}

namespace bookmeatoz::pg {

/// While one lives, queries see what the transaction has written so far and, under READ COMMITTED, what others have
/// committed until it was made.
class LatestSnapshot {
public:
    LatestSnapshot() : exceptions_(std::uncaught_exceptions()) {
        pg_call([] {
            CommandCounterIncrement();
            PushActiveSnapshot(GetTransactionSnapshot());
        });
    }
    ~LatestSnapshot() {
        // After an error the transaction's abort drops it, with those that were pushed on top.
        if (std::uncaught_exceptions() == exceptions_)
            PopActiveSnapshot();
    }
    LatestSnapshot(const LatestSnapshot&) = delete;
    LatestSnapshot& operator=(const LatestSnapshot&) = delete;

private:
    int exceptions_;
};

} // namespace bookmeatoz::pg
