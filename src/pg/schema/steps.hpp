// The steps from version to version: bookmeatoz_schema_steps(), and the ledger of those that are done.
#pragma once

#include "pg/schema/work.hpp"

#include <set>
#include <string>
#include <vector>

namespace bookmeatoz::pg {

/// The steps that the ledger does not have. The current role must own the tables, and an SPI connection must be open.
class Steps {
public:
    /// Throws SqlError 55000 where the ledger has a step that this version does not know.
    explicit Steps(Work& work);

    /// Does those that change types and columns: what is created later may need them. Returns whether a type got labels, which only
    /// another transaction may use.
    bool change_types_and_columns();
    bool has_changed_anything() const { return !run_.empty(); }
    bool has_changed_column(const char* table, const char* column) const {
        return changed_.contains(std::string(table) + " column " + column);
    }
    /// Does the others, in their order, and records all: as done, or as left where the owner's own definition is there.
    void finish();
    /// Records all as done. For tables that were created by this version.
    void record_all();

private:
    struct Step {
        int32 number;
        std::string version, what;
        /// What it changes: its object, kind and name. Empty for rows.
        std::string target, kind;
        std::string old_definition, new_definition, statements, by_hand;
        bool rewrites;

        std::string title() const { return "step " + std::to_string(number) + " (" + version + "): " + what; }
        bool comes_first() const { return kind == "type" || kind == "column"; }
    };
    struct Standing {
        std::string state, found;
    };

    Standing standing(const Step& step) const;
    bool is_due(const Step& step) const;
    void run(const Step& step);
    void record(const Step& step, const std::string* left_as);

    Work& work_;
    std::vector<Step> steps_;
    /// Those that were run, or are printed by a plan, and what they change.
    std::set<int32> run_;
    std::set<std::string> changed_;
};

} // namespace bookmeatoz::pg
