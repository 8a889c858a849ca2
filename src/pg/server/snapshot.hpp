// What a query sees, and the latest snapshot for code that decides what to write.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/snapmgr.h"
}

namespace bookmeatoz::pg {

/// Which rows a query sees.
enum class View {
    /// Those of the calling statement's snapshot.
    of_statement,
    /// Also what this command has written so far and, under READ COMMITTED, what others have committed meanwhile.
    latest,
    /// As `latest`, but what others have committed at every isolation level.
    committed
};

/// View::latest for several queries. While one lives, queries see what the transaction has written so far and, under READ COMMITTED, what others have
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
