package quern.appliance.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.curation.Pipeline;
import quern.curation.Recipe;
import quern.curation.deident.Deidentifier;
import quern.curation.deident.Deidentifier.WhenUnsure;
import quern.curation.deident.DeidentifyMapper;
import quern.curation.deident.IdentifierKind;
import quern.curation.deident.Masker;
import quern.curation.deident.Pseudonymizer;
import quern.curation.deident.Recognizer;
import quern.curation.deident.Replacer;
import quern.curation.deident.SecretKey;

/**
 * Masks or pseudonymises what identifies somebody in one text, or in the texts of a JSON Lines file, as the recipe's
 * operators do. The result goes to standard output, what was counted to standard error.
 */
@Command(name = "deidentify", mixinStandardHelpOptions = true,
        description = "Replace names, dates, addresses, numbers: what identifies somebody in a text.")
final class DeidentifyCommand implements Callable<Integer> {

    private static final String RULES = "rules";
    private static final String WITH_MODEL = "rules+model";
    private static final int TEXT_BYTES_MAX = 1 << 26;
    private static final int DAYS_MAX = 365;

    @Mixin
    private GlobalOptions options;

    @Parameters(paramLabel = "FILE|-", arity = "0..1", defaultValue = "-",
            description = "UTF-8 text, or JSON Lines where the name ends in .jsonl (default: standard input).")
    private String file;

    @Option(names = "--jsonl", description = "The input is JSON Lines.")
    private boolean lines;

    @Option(names = "--text-key", defaultValue = "text",
            description = "Field of JSON Lines (default: ${DEFAULT-VALUE}).")
    private String textKey;

    @Option(names = "--pseudonymize", description = "Surrogates in place of placeholders.")
    private boolean pseudonymize;

    @Option(names = "--key", paramLabel = "FILE", description = "File with the secret that chooses surrogates"
            + " (default: the data directory's own, deident.key).")
    private Path key;

    @Option(names = "--kinds", split = ",", description = "Kinds to replace (default: all): name, date, phone, ...")
    private List<String> kinds = List.of();

    @Option(names = "--keep-year", description = "Leave the years of masked dates.")
    private boolean keepYear;

    @Option(names = "--min-confidence", defaultValue = "0.7", description = "From which on a finding is sure (0 to 1;"
            + " default: ${DEFAULT-VALUE}).")
    private double confidence;

    @Option(names = "--when-unsure", defaultValue = "mask",
            description = "What may be an identifier: mask, keep, or drop"
            + " the text (default: ${DEFAULT-VALUE}).")
    private String whenUnsure;

    @Option(names = "--recognizer", paramLabel = "rules|rules+model", defaultValue = RULES,
            description = "Who finds it: rules alone, or the served model as well (default: ${DEFAULT-VALUE}).")
    private String recognizer;

    @Option(names = "--model", paramLabel = "MODEL", description = "Ask this model as well, where no server runs"
            + " (default: the configured one); as --recognizer rules+model.")
    private String model;

    @Override
    public Integer call() throws IOException {
        boolean asking = model != null || recognizer.equals(WITH_MODEL);
        if (!asking && !recognizer.equals(RULES)) {
            throw new UsageProblem("--recognizer is '" + recognizer + "', expected " + RULES + " or " + WITH_MODEL);
        }
        Deidentifier rules = deidentifier(null);
        String text = read();
        if (!asking) {
            return print(text, rules);
        }
        try (AskedModel asked = AskedModel.open(options, model)) {
            Deidentifier both = deidentifier(recognizer(asked, rules.kinds()));
            asked.awaitReady();
            return print(text, both);
        }
    }

    /** The one that a recipe would have. */
    private Recognizer recognizer(AskedModel asked, Set<IdentifierKind> chosen) {
        String recipe = "project_name: deidentify\nprocess:\n  - mask_identifiers_mapper: {recognizer: " + WITH_MODEL
                + ", kinds: [" + chosen.stream().sorted().map(IdentifierKind::key).collect(Collectors.joining(", "))
                + "]}\n";
        Pipeline pipeline = asked.recipes().compile(Recipe.parse(recipe, options.load().config().curation()));
        return ((DeidentifyMapper) pipeline.operators().getFirst()).deidentifier().recognizer();
    }

    private Integer print(String text, Deidentifier deidentifier) throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        boolean complete = lines || file.endsWith(".jsonl") ? lines(text, deidentifier, counts)
                : one(text, deidentifier, counts);
        counts.forEach((what, count) -> System.err.println(count + " " + what));
        return complete ? ExitCode.OK : ExitCode.FAILURE;
    }

    private Deidentifier deidentifier(Recognizer more) {
        try {
            Set<IdentifierKind> chosen = EnumSet.noneOf(IdentifierKind.class);
            kinds.forEach(kind -> chosen.add(IdentifierKind.of(kind)));
            if (!(confidence >= 0 && confidence <= 1)) {
                throw new IllegalArgumentException("--min-confidence is " + confidence + ", expected 0 to 1");
            }
            return new Deidentifier(replacer(), chosen.isEmpty() ? EnumSet.allOf(IdentifierKind.class) : chosen,
                    confidence, WhenUnsure.of(whenUnsure), more);
        } catch (IllegalArgumentException problem) {
            throw new UsageProblem(problem.getMessage(), problem);
        }
    }

    private Replacer replacer() {
        if (!pseudonymize) {
            return new Masker(keepYear);
        }
        byte[] secret = key == null ? SecretKey.ofDirectory(options.load().config().data()) : SecretKey.read(key);
        return new Pseudonymizer(secret, DAYS_MAX, true);
    }

    private boolean one(String text, Deidentifier deidentifier, Map<String, Integer> counts) {
        String made = apply(text, "", deidentifier, counts);
        if (made == null) {
            System.err.println("identifier unsure: nothing printed");
            return false;
        }
        if (options.json()) {
            ObjectNode node = ApiClient.JSON.createObjectNode().put("text", made);
            counts.forEach(node.putObject("counts")::put);
            print(node.toString() + "\n");
        } else {
            print(made);
        }
        return true;
    }

    private static String apply(String text, String scope, Deidentifier deidentifier, Map<String, Integer> counts) {
        Deidentifier.Result result = deidentifier.apply(text, scope);
        result.counts().forEach((what, count) -> counts.merge(what, count, Integer::sum));
        return result.text();
    }

    /** One line out for each line in; a line that is dropped, or cannot be read, is missing and counted. */
    private boolean lines(String text, Deidentifier deidentifier, Map<String, Integer> counts) throws IOException {
        BufferedReader in = new BufferedReader(new StringReader(text));
        boolean complete = true;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.isBlank()) {
                continue;
            }
            JsonNode node = parsed(line);
            if (node == null || !node.path(textKey).isTextual()) {
                counts.merge("dropped, no text in field " + textKey, 1, Integer::sum);
                complete = false;
                continue;
            }
            String made = apply(node.path(textKey).textValue(), line, deidentifier, counts);
            if (made == null) {
                counts.merge("dropped, identifier unsure", 1, Integer::sum);
            } else {
                print(((ObjectNode) node).put(textKey, made) + "\n");
            }
        }
        return complete;
    }

    private static JsonNode parsed(String line) {
        try {
            JsonNode node = ApiClient.JSON.readTree(line);
            return node.isObject() ? node : null;
        } catch (JsonProcessingException broken) {
            return null;
        }
    }

    private static void print(String text) {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        out.print(Screen.isTerminal(1) ? Printer.safe(text) : text);
        out.flush();
    }

    private String read() throws IOException {
        byte[] bytes;
        try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
            bytes = in.readNBytes(TEXT_BYTES_MAX + 1);
        } catch (NoSuchFileException absent) {
            throw new UsageProblem(file + ": does not exist", absent);
        }
        if (bytes.length > TEXT_BYTES_MAX) {
            throw new UsageProblem(file + ": more than " + TEXT_BYTES_MAX + " bytes; run a recipe instead");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException malformed) {
            throw new UsageProblem(file + ": is not UTF-8", malformed);
        }
    }
}
