// What a call of bookmeatoz_install_schema() does, and what it says about it. Or, as a plan, what it would do.
#pragma once

#include "pg/schema/ddl.hpp"
#include "pg/server/result_rows.hpp"

#include <string>
#include <vector>

namespace bookmeatoz::pg {

class Work {
public:
    Work(FunctionCallInfo fcinfo, Oid schema, bool is_plan)
        : rows_(fcinfo, MAT_SRF_USE_EXPECTED_DESC), schema_(schema), is_plan_(is_plan) {}

    Oid schema() const { return schema_; }
    /// A plan changes nothing: it is a script of what would be run. What is said is a comment there.
    bool is_plan() const { return is_plan_; }

    /// A line of the result.
    void say(const std::string& line);
    /// Runs statements, and says `line`, unless it is empty. A plan prints the statements, each with the lock that it takes. `rewrites`: an ALTER TABLE
    /// rewrites its table, also where the statement alone does not tell.
    void run(const char* statements, const std::string& line, bool rewrites = false);
    /// For a plan: statements that may be run by hand before, outside a transaction.
    void offer(const std::string& statements);
    /// The end of a plan: what may be run by hand.
    void print_offers();

private:
    void print(const char* statements, bool rewrites);

    ResultRows rows_;
    Oid schema_;
    bool is_plan_;
    std::vector<std::string> offers_;
};

/// The text of a part of a statement that begins here, up to the comma or parenthesis that ends it. In one line, without comments.
std::string part_of_statement(const char* text);

} // namespace bookmeatoz::pg
