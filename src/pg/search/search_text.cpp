// search_text(value, needle): ILIKE for what people type into a search field. It takes the needle literally, and it is LEAKPROOF,
// so the server can check it inside an index under row security. Its planner support lets a trigram index serve it.
//
// Why it may be leakproof: the server may run it on rows that the caller must not see, so no error may depend on a value. ILIKE
// can raise three errors:
// - A pattern ends in a backslash. Ours is escaped.
// - A value is so long that its lower-case form cannot be allocated. Values above longest_searched are not searched.
// - The C library does not know some bytes in the database's encoding. In UTF-8 it knows all that the server lets in. In other
//   multi-byte encodings it does not: there only ASCII letters are folded, without the library.
// The errors that are left, out of memory and a damaged page, say nothing about the value; the server's own leakproof functions
// meet them too.
#include "pg/server/compat.hpp"
#include "pg/server/boundary.hpp"

#include <array>
#include <cstring>
#include <string_view>

extern "C" {
#include "access/detoast.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
}

namespace bookmeatoz::pg {
namespace {

/// In bytes. For each byte lower() allocates up to 4 bytes, and escaping the needle 2; at most 1 GB can be allocated.
constexpr Size longest_searched = Size{64} * 1024 * 1024;

constexpr unsigned char ascii_lower(unsigned char c) {
    return static_cast<unsigned char>(c + (static_cast<unsigned char>(c - 'A') < 26 ? 'a' - 'A' : 0));
}

bool is_ascii(std::string_view value) {
    unsigned char all = 0;
    for (const char c : value)
        all |= static_cast<unsigned char>(c);
    return all < 0x80;
}

std::string_view view(const text* value) {
    return {VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
}

/// Does not read a value that is stored out of line.
bool is_too_long(Datum value) {
    return toast_raw_datum_size(value) > longest_searched + VARHDRSZ;
}

/// Whether letters are folded as the database's collation does it: see above.
bool folds_as_collation() {
    return GetDatabaseEncoding() == PG_UTF8 || pg_database_encoding_max_length() == 1;
}

Oid folding_collation() {
    return folds_as_collation() ? DEFAULT_COLLATION_OID : C_COLLATION_OID;
}

text* to_lower(std::string_view value) {
    const text* const copy = cstring_to_text_with_len(value.data(), static_cast<int>(value.size()));
    return DatumGetTextPP(DirectFunctionCall1Coll(lower, folding_collation(), PointerGetDatum(copy)));
}

/// The ILIKE pattern for values that contain the needle. May raise a server error for a needle above 512 MB.
text* contains_pattern(std::string_view needle) {
    text* const pattern = static_cast<text*>(palloc(VARHDRSZ + 2 * needle.size() + 2));
    char* end = VARDATA(pattern);
    *end++ = '%';
    for (const char c : needle) { // no other character of a server encoding contains these bytes
        if (c == '%' || c == '_' || c == '\\')
            *end++ = '\\';
        *end++ = c;
    }
    *end++ = '%';
    SET_VARSIZE(pattern, end - reinterpret_cast<char*>(pattern));
    return pattern;
}

/// A needle as it is prepared once, for many values. Plain data, which the server keeps with the call; all of it is allocated in
/// `memory`.
struct Needle {
    MemoryContext memory;
    std::string_view given;
    text* pattern;
    /// For values that are all ASCII: the needle in lower case, and whether such a value can contain it.
    std::string_view lower;
    bool may_be_ascii;
};

/// What one place in a query keeps between its calls.
struct CallSite {
    /// The collation lowers ASCII letters as English does. (Turkish lowers I to ı.)
    bool lowers_ascii_plainly;
    Needle needle;
};

bool lowers_ascii_plainly() {
    std::array<char, 127> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<char>(i + 1);
    text* const lowered = to_lower({all.data(), all.size()});
    for (char& c : all)
        c = static_cast<char>(ascii_lower(static_cast<unsigned char>(c)));
    const bool result = view(lowered) == std::string_view(all.data(), all.size());
    pfree(lowered);
    return result;
}

Needle prepare(MemoryContext parent, std::string_view given) {
    Needle needle{};
    needle.memory = AllocSetContextCreate(parent, "needle of search_text", ALLOCSET_SMALL_SIZES);
    const MemoryContext caller = MemoryContextSwitchTo(needle.memory);
    needle.given = view(cstring_to_text_with_len(given.data(), static_cast<int>(given.size())));
    needle.pattern = contains_pattern(given);
    needle.lower = view(to_lower(given));
    needle.may_be_ascii = is_ascii(needle.lower);
    MemoryContextSwitchTo(caller);
    return needle;
}

/// The prepared needle. Mostly the call before has prepared the same one.
const CallSite& call_site(FmgrInfo* function, std::string_view given) {
    auto* site = static_cast<CallSite*>(function->fn_extra);
    if (site == nullptr) {
        site = static_cast<CallSite*>(MemoryContextAllocZero(function->fn_mcxt, sizeof(CallSite)));
        site->lowers_ascii_plainly = lowers_ascii_plainly();
        site->needle = prepare(function->fn_mcxt, given);
        function->fn_extra = site;
    } else if (site->needle.given != given) {
        const Needle next = prepare(function->fn_mcxt, given);
        MemoryContextDelete(site->needle.memory);
        site->needle = next;
    }
    return *site;
}

/// For a value and a needle that are all ASCII. The time grows with the value, whatever the needle.
bool contains(std::string_view value, std::string_view lower_needle) {
    std::array<char, 512> space; // NOLINT: filled below as far as it is read
    const bool is_short = value.size() <= space.size();
    char* const lower = is_short ? space.data() : static_cast<char*>(palloc(value.size()));
    for (std::size_t i = 0; i < value.size(); ++i)
        lower[i] = static_cast<char>(ascii_lower(static_cast<unsigned char>(value[i])));
    const bool found = memmem(lower, value.size(), lower_needle.data(), lower_needle.size()) != nullptr;
    if (!is_short)
        pfree(lower);
    return found;
}

bool search(FmgrInfo* function, Datum value_datum, Datum needle_datum) {
    if (is_too_long(value_datum) || is_too_long(needle_datum))
        return false;
    text* const value = DatumGetTextPP(value_datum);
    const CallSite& site = call_site(function, view(DatumGetTextPP(needle_datum)));
    if (site.lowers_ascii_plainly && is_ascii(view(value)))
        return site.needle.may_be_ascii && contains(view(value), site.needle.lower);
    return DatumGetBool(DirectFunctionCall2Coll(texticlike, folding_collation(), PointerGetDatum(value),
                                                PointerGetDatum(site.needle.pattern)));
}

// ---- planner support

/// search_pattern(text) of the same schema; InvalidOid where somebody dropped it.
Oid pattern_function(Oid search_text) {
    constexpr Oid arguments[] = {TEXTOID};
    return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum("search_pattern"),
                           PointerGetDatum(buildoidvector(arguments, 1)),
                           ObjectIdGetDatum(get_func_namespace(search_text)));
}

/// The pattern as an expression: a constant if the needle is one, else search_pattern(needle). nullptr where there is no pattern.
Expr* pattern_expression(Oid search_text, Node* needle) {
    if (!IsA(needle, Const)) {
        const Oid function = pattern_function(search_text);
        if (!OidIsValid(function))
            return nullptr;
        return reinterpret_cast<Expr*>(makeFuncExpr(function, TEXTOID, list_make1(needle), InvalidOid,
                                                    DEFAULT_COLLATION_OID, COERCE_EXPLICIT_CALL));
    }
    const auto* const constant = reinterpret_cast<const Const*>(needle);
    if (constant->constisnull || is_too_long(constant->constvalue))
        return nullptr;
    text* const pattern = contains_pattern(view(DatumGetTextPP(constant->constvalue)));
    return reinterpret_cast<Expr*>(
        makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1, PointerGetDatum(pattern), false, false));
}

/// value ~~* pattern, for an index that has this operator, as those of pg_trgm have. The rows that the index finds are checked
/// again by search_text, not by ~~*, which is not leakproof. pg_trgm folds case by the default collation, so under that collation
/// the index misses no row.
Node* index_condition(SupportRequestIndexCondition* request) {
    if (!is_funcclause(request->node) || request->indexarg != 0 ||
        request->indexcollation != DEFAULT_COLLATION_OID || !folds_as_collation() ||
        !op_in_opfamily(OID_TEXT_ICLIKE_OP, request->opfamily))
        return nullptr;
    List* const arguments = reinterpret_cast<FuncExpr*>(request->node)->args;
    auto* const value = static_cast<Expr*>(linitial(arguments));
    auto* const needle = static_cast<Node*>(lsecond(arguments));
    if (!is_pseudo_constant_for_index(request->root, needle, request->index))
        return nullptr;
    Expr* const pattern = pattern_expression(request->funcid, needle);
    if (pattern == nullptr)
        return nullptr;
    request->lossy = true;
    return reinterpret_cast<Node*>(list_make1(make_opclause(OID_TEXT_ICLIKE_OP, BOOLOID, false, value,
                                                            pattern, InvalidOid, DEFAULT_COLLATION_OID)));
}

/// The estimate of ILIKE. That one decides which statistics may be used under row security.
Node* selectivity(SupportRequestSelectivity* request) {
    if (request->is_join)
        return nullptr;
    Expr* const pattern = pattern_expression(request->funcid, static_cast<Node*>(lsecond(request->args)));
    if (pattern == nullptr)
        return nullptr;
    request->selectivity = DatumGetFloat8(DirectFunctionCall4Coll(
        iclikesel, DEFAULT_COLLATION_OID, PointerGetDatum(request->root),
        ObjectIdGetDatum(OID_TEXT_ICLIKE_OP), PointerGetDatum(list_make2(linitial(request->args), pattern)),
        Int32GetDatum(request->varRelid)));
    return reinterpret_cast<Node*>(request);
}

} // namespace
} // namespace bookmeatoz::pg

using namespace bookmeatoz::pg;

BOOKMEATOZ_FUNCTION(search_text, takes({TEXTOID, TEXTOID}).strict().returns(BOOLOID)) {
    return BoolGetDatum(
        pg_call([&] { return search(fcinfo->flinfo, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)); }));
}

BOOKMEATOZ_FUNCTION(search_pattern, takes({TEXTOID}).strict().returns(TEXTOID)) {
    return PointerGetDatum(pg_call([&] { return contains_pattern(view(PG_GETARG_TEXT_PP(0))); }));
}

BOOKMEATOZ_FUNCTION(search_text_support, takes({INTERNALOID}).strict().returns(INTERNALOID)) {
    auto* const request = reinterpret_cast<Node*>(PG_GETARG_POINTER(0));
    return PointerGetDatum(pg_call([&]() -> Node* {
        if (IsA(request, SupportRequestIndexCondition))
            return index_condition(reinterpret_cast<SupportRequestIndexCondition*>(request));
        if (IsA(request, SupportRequestSelectivity))
            return selectivity(reinterpret_cast<SupportRequestSelectivity*>(request));
        return nullptr;
    }));
}
