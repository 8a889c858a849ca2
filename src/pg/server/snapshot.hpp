// Which rows a query sees, and the latest snapshot for code that decides what to write.
#pragma once

#include "pg/server/boundary.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/snapmgr.h"
}

namespace bookmeatoz::pg {

/// Which rows a query sees.
enum class View {
    /// The rows of the calling statement's snapshot.
    of_statement,
    /// Also what this command has written so far and, under READ COMMITTED, what others have committed meanwhile.
    latest,
    /// As `latest`, but with what others have committed under every isolation level.
    committed
};

/// View::latest for several queries. While it lives, queries see what the transaction has written before it was made and, under
/// READ COMMITTED, what others have committed before that.
class LatestSnapshot {
public:
    LatestSnapshot() : exceptions_(std::uncaught_exceptions()) {
        pg_call([] {
            CommandCounterIncrement();
            PushActiveSnapshot(GetTransactionSnapshot());
        });
    }
    ~LatestSnapshot() {
        // After an error the abort of the transaction drops it, and all snapshots above it.
        if (std::uncaught_exceptions() == exceptions_)
            PopActiveSnapshot();
    }
    LatestSnapshot(const LatestSnapshot&) = delete;
    LatestSnapshot& operator=(const LatestSnapshot&) = delete;

private:
    int exceptions_;
};

} // namespace bookmeatoz::pg
