// What our own code does to audited tables that is no change of a row.
#pragma once

#include "pg/server/boundary.hpp"

namespace bookmeatoz::pg {

/// While it lives, trigger_audit() writes nothing of the rows that a statement of this code writes. What triggers and keys do then is
/// written as ever. Keep it around a single statement of our own.
class Unaudited {
public:
    Unaudited();
    ~Unaudited();
    Unaudited(const Unaudited&) = delete;
    Unaudited& operator=(const Unaudited&) = delete;

private:
    int outer_;
};

} // namespace bookmeatoz::pg
