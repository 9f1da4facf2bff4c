package quern.curation.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
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
import quern.curation.library.HostileTexts.HostileText;
import quern.ingest.Sample;

/**
 * Every operator that asks no model of the user's takes linear time on hostile text, and seconds for a megabyte. Times
 * are processor time of the thread. A campaign tries each operator on each text at a megabyte, the taggers on some, and
 * on random texts.
 */
class AdversarialTextTest {

    private static final boolean CAMPAIGN = Boolean.getBoolean("quern.campaign");
    private static final int MEGABYTE = 1 << 20;
    private static final int SHORT = 1 << 15;
    private static final int LONG = 4 * SHORT;
    /** A short text that takes less is not compared: were it of quadratic time, a megabyte would take ten seconds. */
    private static final double COMPARED_S = 0.01;
    /** Linear growth is 4, quadratic 16. */
    private static final double GROWTH_MAX = 8;
    private static final double MEGABYTE_S_MAX = 8;
    /** Its taggers take 16 microseconds a token, and a megabyte can be half a million: few texts outside campaigns. */
    private static final String TAGGER = "text_action_filter";
    private static final double TAGGER_MEGABYTE_S_MAX = 40;
    private static final int TAGGER_TEXTS = 6;
    private static final int TAGGER_MEGABYTE_TEXTS = 40;
    private static final int MEGABYTE_TEXTS = 4;
    private static final int RANDOM_TEXTS = 16;
    /** Who may drop a sample, and why: these have limits of their own that hostile text reaches. */
    private static final Map<String, String> DROPS = Map.of(
            "replace_content_mapper", "pattern took too many steps",
            "expand_macro_mapper", "macros make the text longer than ",
            "extract_tables_from_html_mapper", "tables within tables ",
            "fix_unicode_mapper", "escaped or encoded wrongly too many times over");
    private static final CurationConfig CONFIG = new CurationConfig(1000, 0, DataSize.parse("64MiB"),
            DataSize.parse("16MiB"), DataSize.parse("1MiB"), DataSize.parse("512MiB"), 8,
            java.time.Duration.ofMinutes(10), 1024);
    /** For operators that do nothing, or refuse, without parameters. */
    private static final Map<String, String> PARAMETERS = Map.ofEntries(
            Map.entry("replace_content_mapper", "pattern: ['(a+)+b', '(\\w+\\s?)+$'], repl: x"),
            Map.entry("text_chunk_mapper", "max_len: 10, overlap_len: 3, split_pattern: '\\s+'"),
            Map.entry("clean_email_mapper", "repl: x"),
            Map.entry("suffix_filter", "suffixes: [.txt]"),
            Map.entry("chinese_convert_mapper", "mode: s2twp"),
            Map.entry("expression_mapper", "set: {text: 'lower(text)'}"),
            Map.entry("general_field_filter", "filter_condition: 'a > 1'"));

    private record Subject(String name, boolean compatible, Operator operator) {

        @Override
        public String toString() {
            return compatible ? name + " as Data-Juicer" : name;
        }
    }

    private record Timed(Subject subject, HostileText text, double seconds) {

        @Override
        public String toString() {
            return "%s on %s: %.3f s".formatted(subject, text, seconds);
        }
    }

    private final long seed = System.nanoTime();
    private final List<Subject> subjects = subjects();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Timed> timed = new ConcurrentLinkedQueue<>();
    private final AtomicInteger done = new AtomicInteger();

    private static List<Subject> subjects() {
        List<Subject> subjects = new ArrayList<>();
        RecipeCompiler compiler = new RecipeCompiler(new BuiltInOperators());
        for (String name : new BuiltInOperators().names()) {
            Operator plain = compiled(compiler, "", name);
            Operator compatible = compiled(compiler, "compat: data-juicer-1.4.3\n", name);
            if (plain != null) {
                subjects.add(new Subject(name, false, plain));
            }
            if (compatible != null && !compatible.equals(plain)) {
                subjects.add(new Subject(name, true, compatible));
            }
        }
        // The longest first: two workers end at about the same time.
        subjects.sort(Comparator.comparing(subject -> !subject.name.equals(TAGGER)));
        return subjects;
    }

    /** Null for one that reads no text, or asks a model of the user's. */
    private static Operator compiled(RecipeCompiler compiler, String mode, String name) {
        try {
            return compiler.compile(Recipe.parse(mode + "process:\n  - " + name + ": {"
                            + PARAMETERS.getOrDefault(name, "") + "}\n", CONFIG)).operators().stream()
                    .filter(AdversarialTextTest::readsText).findFirst().orElse(null);
        } catch (RecipeException needsModel) {
            return null;
        }
    }

    private static boolean readsText(Operator operator) {
        return operator instanceof Mapper || operator instanceof Filter || operator instanceof StreamDeduplicator
                || operator instanceof ClusterDeduplicator;
    }

    @Test
    void shouldTakeFourTimesAsLongWhenTextIsFourTimesAsLong() throws Exception {
        assertTrue(subjects.size() > 50, subjects.toString());
        forEach(subject -> {
            List<HostileText> texts = HostileTexts.known();
            if (subject.name.equals(TAGGER)) {
                texts = chosen(subject, texts, TAGGER_TEXTS);
            }
            texts.forEach(text -> compare(subject, text));
        });
        report("characters " + SHORT);
    }

    private void compare(Subject subject, HostileText text) {
        double small = seconds(subject, text, SHORT);
        if (small > MEGABYTE_S_MAX) {
            wrong.add("%s on %s: %.3f s for %d characters".formatted(subject, text, small, SHORT));
            return;
        }
        for (int again = 0; again < 2 && small > COMPARED_S; again++) {
            small = Math.min(small, seconds(subject, text, SHORT));
        }
        timed.add(new Timed(subject, text, small));
        if (small <= COMPARED_S) {
            return;
        }
        double large = seconds(subject, text, LONG);
        for (int again = 0; again < 2 && large > GROWTH_MAX * small; again++) {
            large = Math.min(large, seconds(subject, text, LONG));
        }
        if (large > GROWTH_MAX * small) {
            wrong.add("%s on %s: %.3f s, %.3f s for four times the text".formatted(subject, text, small, large));
        }
    }

    @Test
    void shouldTakeSecondsWhenTextIsAMegabyte() throws Exception {
        forEach(subject -> {
            List<HostileText> texts = HostileTexts.known();
            if (CAMPAIGN) {
                texts.addAll(HostileTexts.random(random(subject), RANDOM_TEXTS));
                if (subject.name.equals(TAGGER)) {
                    texts = subject.compatible ? List.of() : chosen(subject, texts, TAGGER_MEGABYTE_TEXTS);
                }
            } else {
                texts = subject.name.equals(TAGGER) ? List.of() : chosen(subject, texts, MEGABYTE_TEXTS);
            }
            for (HostileText text : texts) {
                Timed one = new Timed(subject, text, seconds(subject, text, MEGABYTE));
                timed.add(one);
                if (one.seconds > (subject.name.equals(TAGGER) ? TAGGER_MEGABYTE_S_MAX : MEGABYTE_S_MAX)) {
                    wrong.add(one.toString());
                }
            }
        });
        report("a megabyte");
    }

    private Random random(Subject subject) {
        return new Random(seed + subject.toString().hashCode());
    }

    private List<HostileText> chosen(Subject subject, List<HostileText> texts, int count) {
        List<HostileText> shuffled = new ArrayList<>(texts);
        Collections.shuffle(shuffled, random(subject));
        return shuffled.subList(0, count);
    }

    private interface Trial {
        void on(Subject subject);
    }

    /** On all cores, each operator on one. */
    private void forEach(Trial trial) throws ExecutionException, InterruptedException {
        System.out.println("hostile texts: seed " + seed);
        long start = System.nanoTime();
        try (ExecutorService workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            List<Future<?>> trials = new ArrayList<>();
            for (Subject subject : subjects) {
                trials.add(workers.submit(() -> {
                    trial.on(subject);
                    int ready = done.incrementAndGet();
                    if (CAMPAIGN) {
                        System.out.printf("%d of %d operators, %d s: %s%n", ready, subjects.size(),
                                (System.nanoTime() - start) / 1_000_000_000, subject);
                    }
                }));
            }
            for (Future<?> one : trials) {
                one.get();
            }
        }
        System.out.printf("hostile texts: %d s%n", (System.nanoTime() - start) / 1_000_000_000);
    }

    private void report(String length) {
        System.out.println("hostile texts, slowest of " + timed.size() + ", " + length + ":");
        timed.stream().sorted(Comparator.comparingDouble(Timed::seconds).reversed()).limit(CAMPAIGN ? 10 : 3)
                .forEach(System.out::println);
        assertEquals(List.of(), List.copyOf(wrong), "seed " + seed);
    }

    private double seconds(Subject subject, HostileText hostile, int characters) {
        String text = hostile.of(characters);
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        try {
            Draft draft = new Draft(new Sample(JsonNodeFactory.instance.objectNode().put("text", text), "d", 0,
                    text.length(), 0));
            switch (subject.operator) {
                case Mapper mapper -> mapper.apply(draft);
                case Filter filter -> filter.judge(draft);
                case StreamDeduplicator exact -> exact.keys(draft.view("text"));
                case ClusterDeduplicator near ->
                        near.sign(draft.view("text"), new byte[near.signatureBytes()], 0);
                default -> throw new IllegalArgumentException(subject + " reads no text of one sample");
            }
        } catch (SampleException dropped) {
            if (!dropped.getMessage().startsWith(DROPS.getOrDefault(subject.name, "none of its own"))) {
                wrong.add(subject + " on " + hostile + ": dropped, " + dropped.getMessage());
            }
        } catch (RuntimeException | StackOverflowError broken) {
            // A user's pattern may recurse as deep as the text is long: a run drops the sample.
            if (!(broken instanceof StackOverflowError && subject.name.equals("replace_content_mapper"))) {
                wrong.add(subject + " on " + hostile + ": " + broken);
            }
        }
        return (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e9;
    }
}
