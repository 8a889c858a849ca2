// SHA-256: see server/sha256.hpp.
#include "pg/server/sha256.hpp"

extern "C" {
#include "common/cryptohash.h"
#include "common/sha2.h"
}

namespace bookmeatoz::pg {

static_assert(std::tuple_size_v<Sha256> == PG_SHA256_DIGEST_LENGTH);

Sha256 sha256(std::string_view bytes) {
    Sha256 digest;
    pg_call([&] {
        pg_cryptohash_ctx* const hash = pg_cryptohash_create(PG_SHA256);
        const bool failed =
            hash == nullptr || pg_cryptohash_init(hash) < 0 ||
            pg_cryptohash_update(hash, reinterpret_cast<const uint8*>(bytes.data()), bytes.size()) < 0 ||
            pg_cryptohash_final(hash, digest.data(), digest.size()) < 0;
        if (failed)
            elog(ERROR, "could not compute SHA-256: %s", pg_cryptohash_error(hash));
        pg_cryptohash_free(hash);
    });
    return digest;
}

} // namespace bookmeatoz::pg
