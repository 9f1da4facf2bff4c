package quern.curation.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import quern.config.CurationConfig;
import quern.config.DataSize;
import quern.curation.ClusterDeduplicator;
import quern.curation.Draft;
import quern.curation.Filter;
import quern.curation.Mapper;
import quern.curation.Operator;
import quern.curation.Recipe;
import quern.curation.RecipeCompiler;
import quern.curation.RecipeException;
import quern.curation.SampleException;
import quern.curation.StreamDeduplicator;
import quern.ingest.Sample;

/**
 * Every operator that asks no model takes linear time on texts made to make patterns go back and forth: four times the
 * text takes about four times as long. In a campaign the texts are a megabyte, else smaller.
 */
class AdversarialTextTest {

    private static final int CHARACTERS = Boolean.getBoolean("quern.campaign") ? 1 << 20 : 1 << 14;
    /** Below it nothing is compared: a compiler at work takes as long. */
    private static final double SECONDS_COMPARED = 0.4;
    private static final CurationConfig CONFIG = new CurationConfig(1000, 0, DataSize.parse("64MiB"),
            DataSize.parse("16MiB"), DataSize.parse("1MiB"), DataSize.parse("512MiB"), 8,
            java.time.Duration.ofMinutes(10), 1024);
    private static final List<String> UNITS = List.of("a", "a ", "a.", "A1", "1", "1.", "1:", "@", "a@a", "a@a.",
            "http://", "www.a", "http://a(", "((", ")", "a/b?", "<", "<a ", "<li>", "<table><tr><td>", "&", "&amp",
            "&#1", "/*", "/* copyright ", "//", "# a\n", "--", "\n", "\n\n", "\r", " ", "\t", "\t|", "a b\n", "| a |\n",
            "a|b\n", "%", "\\%", "a%\n", "\\", "\\section{", "\\newcommand{\\a}{", "\\def\\a{\\a}", "\\begin{", "{",
            "\\bibliography{", ".", "。", "......", "…", "! ", "?\u2019", "Dr. ", "e.g. ", "\u00C3\u00A9",
            "\u00E2\u20AC",
            "\u00C3", "\uFF21", "\u0130", "\u4E2D", "\uD83D\uDE00", "\uD800", "\u0000", "\u0301", "\u200B", "'",
            "\"", "[[",
            "* ", "1) ", "Q: ", "Q: a\nA: ", "=== ", "a: b\n", "-", "\u2014", "\uFEFF", "\u2028");
    /** For operators that do nothing, or refuse, without parameters. */
    private static final Map<String, String> PARAMETERS = Map.ofEntries(
            Map.entry("replace_content_mapper", "pattern: ['(a+)+b', '(\\w+\\s?)+$'], repl: x"),
            Map.entry("text_chunk_mapper", "max_len: 10, overlap_len: 3, split_pattern: '\\s+'"),
            Map.entry("clean_email_mapper", "repl: x"),
            Map.entry("suffix_filter", "suffixes: [.txt]"),
            Map.entry("chinese_convert_mapper", "mode: s2twp"),
            Map.entry("expression_mapper", "set: {text: 'lower(text)'}"),
            Map.entry("general_field_filter", "filter_condition: 'a > 1'"));

    @Test
    void shouldTakeLinearTimeOnHostileText() {
        RecipeCompiler compiler = new RecipeCompiler(new BuiltInOperators());
        List<String> slow = new ArrayList<>();
        Map<String, Double> tried = new TreeMap<>();
        for (String name : new BuiltInOperators().names()) {
            List<Operator> operators;
            try {
                operators = compiler.compile(Recipe.parse("process:\n  - " + name + ": {"
                        + PARAMETERS.getOrDefault(name, "") + "}\n", CONFIG)).operators();
            } catch (RecipeException needsModel) {
                continue;
            }
            Operator operator = operators.isEmpty() ? null : operators.getFirst();
            if (!readsText(operator)) {
                continue;
            }
            double all = 0;
            for (String unit : UNITS) {
                String text = unit.repeat(CHARACTERS / unit.length());
                double whole = seconds(operator, text);
                if (whole > SECONDS_COMPARED) {
                    double quarter = seconds(operator, text.substring(0, text.length() / 4));
                    // Again: the first call may have loaded a model.
                    whole = seconds(operator, text);
                    if (whole > SECONDS_COMPARED && whole > 8 * quarter) {
                        slow.add(name + " on " + unit + ": " + quarter + " s, " + whole + " s");
                    }
                }
                all += whole;
            }
            tried.put(name, all);
        }
        System.out.println("seconds of " + UNITS.size() + " texts of " + CHARACTERS + " characters: " + tried);
        assertTrue(tried.size() > 40, tried.keySet().toString());
        assertEquals(List.of(), slow);
    }

    private static boolean readsText(Operator operator) {
        return operator instanceof Mapper || operator instanceof Filter || operator instanceof StreamDeduplicator
                || operator instanceof ClusterDeduplicator;
    }

    private static double seconds(Operator operator, String text) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        try {
            Draft draft = new Draft(new Sample(JsonNodeFactory.instance.objectNode().put("text", text), "d", 0,
                    text.length(), 0));
            switch (operator) {
                case Mapper mapper -> mapper.apply(draft);
                case Filter filter -> filter.judge(draft);
                case StreamDeduplicator exact -> exact.keys(draft.view("text"));
                case ClusterDeduplicator near ->
                        near.sign(draft.view("text"), new byte[near.signatureBytes()], 0);
                default -> throw new IllegalArgumentException(operator.name() + " reads no text of one sample");
            }
        } catch (SampleException | StackOverflowError dropped) {
            // The sample is dropped with that reason: as good as an answer, if it comes in time.
        }
        return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e9;
    }
}
