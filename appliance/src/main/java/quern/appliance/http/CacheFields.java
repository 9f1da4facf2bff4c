package quern.appliance.http;

import quern.actors.Caller;
import quern.inference.cache.CacheTerms;
import quern.kv.BlockPool.Keeping;

/** Reads what a request says about the cache of prompts. */
final class CacheFields {

    private static final int CHARS_MAX = 256;

    private CacheFields() {}

    /**
     * {@code cache_salt} subdivides the caller's tenant. {@code prompt_cache_retention} says whether the prompt may be
     * kept on disk. {@code prompt_cache_key} changes nothing here: it is for choosing among servers, and a batch runs
     * requests of one key after each other.
     *
     * @throws ApiError 400 naming the field
     */
    static CacheTerms read(Fields body, Caller caller) {
        text(body, "prompt_cache_key");
        String retention = body.text("prompt_cache_retention").orElse("24h");
        Keeping keeping = switch (retention) {
            case "in_memory", "in-memory" -> Keeping.MEMORY;
            case "24h" -> Keeping.TIERS;
            default -> throw body.invalid("prompt_cache_retention", "is not one of in_memory, 24h");
        };
        return new CacheTerms(caller.tenant(), text(body, "cache_salt"), keeping);
    }

    private static String text(Fields body, String field) {
        String text = body.text(field).orElse("");
        if (text.length() > CHARS_MAX) {
            throw body.invalid(field, "has " + text.length() + " characters, at most " + CHARS_MAX);
        }
        return text;
    }
}
