package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import quern.curation.OperatorPage;
import quern.curation.OperatorSpec;
import quern.curation.Parameter;
import quern.curation.RecipeCompiler;
import quern.curation.library.BuiltInOperators;

/** Shows what recipes may name: each operator's kind, parameters, meaning, and where it is not Data-Juicer's. */
@Command(name = "operators", mixinStandardHelpOptions = true,
        description = "Show the operators of recipes, or all about one of them.")
final class OperatorsCommand implements Callable<Integer> {

    private static final Pattern SENTENCE_END = Pattern.compile("(?<=[a-z`)]{2})[.] (?=[A-Z`])");
    private static final double UNLIMITED = 0x1p63;

    @Mixin
    private GlobalOptions options;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "One operator (default: all).")
    private String name;

    private final BuiltInOperators library = new BuiltInOperators();

    @Override
    public Integer call() {
        Screen screen = options.screen();
        if (name == null) {
            all(screen);
            return ExitCode.OK;
        }
        Optional<OperatorSpec> spec = library.find(name);
        if (spec.isPresent()) {
            one(screen, spec.get());
            return ExitCode.OK;
        }
        Optional<String> refusal = library.refusal(name);
        if (refusal.isEmpty()) {
            throw new UsageProblem("no operator '" + name + "'; 'quern operators' lists all");
        }
        if (screen.json()) {
            screen.json(ApiClient.JSON.createObjectNode().put("name", name).put("refused", refusal.get()));
        } else {
            screen.line(name + " " + refusal.get());
        }
        return ExitCode.OK;
    }

    private void all(Screen screen) {
        if (screen.json()) {
            ArrayNode list = ApiClient.JSON.createArrayNode();
            new TreeSet<>(library.names()).forEach(each -> list.add(json(library.find(each).orElseThrow())));
            ArrayNode refused = ApiClient.JSON.createArrayNode();
            BuiltInOperators.refusedNames().stream().filter(each -> library.find(each).isEmpty()).forEach(each ->
                    refused.addObject().put("name", each).put("refused", library.refusal(each).orElse("")));
            ObjectNode both = ApiClient.JSON.createObjectNode();
            both.set("operators", list);
            both.set("refused", refused);
            screen.json(both);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("name", "kind", "what it does"));
        for (String each : new TreeSet<>(library.names())) {
            rows.add(List.of(each, library.find(each).orElseThrow().kind(), firstSentence(page(each).meaning())));
        }
        screen.table(rows);
    }

    private OperatorPage page(String operator) {
        return library.page(operator).orElse(new OperatorPage("", "", ""));
    }

    private static String firstSentence(String meaning) {
        Matcher end = SENTENCE_END.matcher(meaning);
        return end.find() ? meaning.substring(0, end.start() + 1) : meaning;
    }

    private void one(Screen screen, OperatorSpec spec) {
        if (screen.json()) {
            screen.json(json(spec));
            return;
        }
        OperatorPage page = page(spec.name());
        screen.line(spec.name() + " (" + spec.kind() + ")");
        screen.line("");
        screen.line(page.meaning());
        if (!page.differs().isEmpty()) {
            screen.line("");
            screen.line("Unlike Data-Juicer 1.4.3: " + page.differs());
        }
        screen.line("");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("parameter", "takes", "default"));
        for (Parameter parameter : RecipeCompiler.parameters(spec)) {
            rows.add(List.of(parameter.name(), parameter.kind().expected(), written(parameter.absent())));
        }
        screen.table(rows);
        if (!page.example().isEmpty()) {
            screen.line("");
            page.example().lines().forEach(screen::line);
        }
    }

    private static String written(Object absent) {
        return switch (absent) {
            case null -> "-";
            case Double number when Math.abs(number) >= UNLIMITED -> "unlimited";
            case Long number when number == Long.MAX_VALUE -> "unlimited";
            case String text when text.isEmpty() -> "\"\"";
            default -> String.valueOf(absent);
        };
    }

    private ObjectNode json(OperatorSpec spec) {
        OperatorPage page = page(spec.name());
        ObjectNode node = ApiClient.JSON.createObjectNode().put("name", spec.name()).put("kind", spec.kind());
        node.put("meaning", page.meaning()).put("differs", page.differs()).put("example", page.example());
        ArrayNode parameters = node.putArray("parameters");
        for (Parameter parameter : RecipeCompiler.parameters(spec)) {
            boolean unlimited = written(parameter.absent()).equals("unlimited");
            ObjectNode one = parameters.addObject().put("name", parameter.name())
                    .put("takes", parameter.kind().expected());
            one.set("default", ApiClient.JSON.valueToTree(unlimited ? null : parameter.absent()));
        }
        return node;
    }
}
