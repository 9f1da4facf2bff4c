package quern.curation;

import java.util.List;
import java.util.Map;
import quern.config.CurationConfig;
import quern.curation.validation.Validator;

/**
 * A recipe as written: the keys of Data-Juicer 1.4.3's YAML form that mean something here, and the steps. Parsing
 * reports problems instead of throwing, so that {@link RecipeCompiler} can report them together with those of the
 * operators.
 *
 * @param text the YAML text
 * @param hash SHA-256 of the text and of what overrides it, hex
 * @param projectName a label
 * @param textKey field that holds the text, a dotted path: the first of {@code text_keys}
 * @param moreTextKeys the others of {@code text_keys}: fields without which, or with null, a sample is dropped
 * @param suffixes suffixes of the documents to read, with the dot, lower case; empty: all
 * @param skipErrors whether a sample on which an operator fails is dropped (default) or ends the run
 * @param keepStats whether {@code __dj__stats__} and {@code __dj__meta__} stay in the result
 * @param shardBytes size at which a new shard begins; 0: the appliance's own
 * @param compressed whether shards are written as {@code .jsonl.zst}
 * @param files local files it reads and writes
 * @param validators what the first samples of each input must be like
 * @param compat whose rules apply where Data-Juicer's behaviour is a fault
 * @param steps the operators in order
 * @param notes keys that are accepted and have no effect here, each with the reason
 * @param problems what is wrong apart from the operators' own parameters
 */
public record Recipe(
        String text,
        String hash,
        String projectName,
        String textKey,
        List<String> moreTextKeys,
        List<String> suffixes,
        boolean skipErrors,
        boolean keepStats,
        long shardBytes,
        boolean compressed,
        RecipeFiles files,
        List<Validator> validators,
        Compat compat,
        List<Step> steps,
        List<String> notes,
        List<RecipeException.Problem> problems) {

    /** Whose rules apply where Data-Juicer's behaviour is a fault or loses samples silently. */
    public enum Compat {
        /** The right ones; each operator's documentation says where they differ. */
        QUERN,
        /** Data-Juicer's, faults and all. */
        DATA_JUICER_1_4_3
    }

    /**
     * @param line line of the recipe, from 1
     * @param operator recipe key of the operator
     * @param parameters as YAML values: null, Boolean, Long, Double, String, List or Map
     */
    public record Step(int line, String operator, Map<String, Object> parameters) {}

    /** Reads a recipe of at most {@link CurationConfig#recipeMax()}. Never throws for what the text contains. */
    public static Recipe parse(String text, CurationConfig config) {
        return parse(text, List.of(), config);
    }

    /** @param overrides keys and parameters that win over those of the text */
    public static Recipe parse(String text, List<RecipeOverride> overrides, CurationConfig config) {
        return new RecipeParser(text, overrides, config).parse();
    }
}
