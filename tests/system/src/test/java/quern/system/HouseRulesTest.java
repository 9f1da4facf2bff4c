package quern.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The shape of the code, read from its sources. Exceptions and their reasons: house-rules-exceptions.txt. */
class HouseRulesTest {

    private static final Path ROOT = Path.of(System.getProperty("quern.root", "../..")).toAbsolutePath().normalize();

    /** Modules each module may see, directly or through others. */
    private static final Map<String, Set<String>> MAY_SEE = Map.of(
            "config", Set.of(),
            "kvstore", Set.of("config"),
            "gpu-runtime", Set.of("config"),
            "ingest", Set.of("config", "kvstore"),
            "curation", Set.of("config", "kvstore", "ingest"),
            "inference", Set.of("config", "kvstore", "gpu-runtime"),
            "tuning", Set.of("config", "kvstore", "gpu-runtime", "inference"),
            "actors", Set.of("config", "kvstore", "gpu-runtime", "ingest", "curation", "inference", "tuning"),
            "appliance",
                    Set.of("config", "kvstore", "gpu-runtime", "ingest", "curation", "inference", "tuning", "actors"));

    private static final Map<String, String> MODULE_OF_PACKAGE = Map.of(
            "quern.config", "config", "quern.kv", "kvstore", "quern.gpu", "gpu-runtime", "quern.ingest", "ingest",
            "quern.curation", "curation", "quern.inference", "inference", "quern.tuning", "tuning",
            "quern.actors", "actors", "quern.appliance", "appliance");

    /** Import prefix -> packages that may use it. */
    private static final Map<String, List<String>> ONLY_IN = Map.of(
            "org.rocksdb", List.of("quern.kv"),
            "net.openhft", List.of("quern.kv"),
            "jcuda", List.of("quern.gpu.cuda"),
            "jdk.incubator.vector", List.of("quern.gpu.vector"),
            "org.apache.pekko.http", List.of("quern.appliance"),
            "org.apache.pekko", List.of("quern.actors", "quern.appliance"),
            "sun.misc", List.of(),
            "java.io.ObjectInputStream", List.of());

    private static final Pattern FORBIDDEN_NAME = Pattern.compile(
            ".*(Manager|Utils?|Helper|Support|Impl|Base|Common|Processor|Data|Info)");
    private static final Pattern IMPORT = Pattern.compile("^import (?:static )?([\\w.]+)", Pattern.MULTILINE);
    private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE);
    private static final Pattern METHOD_START = Pattern.compile(
            "^ {4,12}(?!(?:if|for|while|switch|return|else|try|catch|new|throw|do)\\b)[\\w@<>\\[\\], .?&]+\\([^;=]*\\)?"
                    + "[^;=]*\\{\\s*$");

    private static final Pattern STARTS_THREAD = Pattern.compile("new Thread\\(|Thread\\.of|Thread\\.start|Executors\\."
            + "|ForkJoinPool|\\.parallel\\(|CompletableFuture\\.(run|supply)Async");

    private static List<Source> sources;
    private static Set<String> exceptions;

    private record Source(Path path, String module, String text, List<String> lines) {

        String relative() {
            return ROOT.relativize(path).toString();
        }

        String packageName() {
            Matcher matcher = PACKAGE.matcher(text);
            return matcher.find() ? matcher.group(1) : "";
        }

        String typeName() {
            return path.getFileName().toString().replace(".java", "");
        }

        boolean isMain() {
            return relative().contains("src/main/java");
        }

        boolean isKernel() {
            return packageName().startsWith("quern.gpu.vector") || packageName().startsWith("quern.gpu.scalar")
                    || packageName().startsWith("quern.gpu.cuda");
        }
    }

    @BeforeAll
    static void readSources() throws IOException {
        sources = new ArrayList<>();
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path path : (Iterable<Path>) files.filter(HouseRulesTest::isSource)::iterator) {
                String relative = ROOT.relativize(path).toString();
                String[] parts = relative.split("/");
                String module = parts[0].equals("dataflow") || parts[0].equals("tests") ? parts[1] : parts[0];
                String text = Files.readString(path);
                sources.add(new Source(path, module, text, text.lines().toList()));
            }
        }
        exceptions = new TreeSet<>();
        for (String line : Files.readAllLines(ROOT.resolve("tests/system/house-rules-exceptions.txt"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] parts = line.split("\\s+", 3);
                assertEquals(3, parts.length, "an exception is 'rule file reason': " + line);
                exceptions.add(parts[0] + " " + parts[1]);
            }
        }
        assertTrue(sources.size() > 50, "only " + sources.size() + " sources found below " + ROOT);
    }

    private static boolean isSource(Path path) {
        String relative = ROOT.relativize(path).toString();
        return relative.endsWith(".java") && relative.contains("src/") && !relative.contains("target/");
    }

    @Test
    void shouldPointDownwardsWhenModulesUseEachOther() {
        check("module-direction", source -> {
            Set<String> allowed = MAY_SEE.get(source.module());
            if (allowed == null || !source.isMain()) {
                return List.of();
            }
            return imports(source).filter(name -> name.startsWith("quern."))
                    .map(HouseRulesTest::moduleOf)
                    .filter(module -> !module.equals(source.module()) && !allowed.contains(module))
                    .map(module -> source.module() + " uses " + module)
                    .toList();
        });
    }

    @Test
    void shouldKeepLibrariesInTheirPackages() {
        check("library-home", source -> {
            if (!source.isMain() || source.module().equals("benchmarks")) {
                return List.of();
            }
            List<String> found = new ArrayList<>();
            for (String name : imports(source).toList()) {
                ONLY_IN.entrySet().stream()
                        .filter(rule -> name.equals(rule.getKey()) || name.startsWith(rule.getKey() + "."))
                        .filter(rule -> rule.getValue().stream().noneMatch(source.packageName()::startsWith))
                        .forEach(rule -> found.add("imports " + name));
            }
            return found;
        });
    }

    @Test
    void shouldNameTypesByWhatTheyAre() {
        check("type-name", source -> FORBIDDEN_NAME.matcher(source.typeName()).matches()
                        || source.packageName().matches(".*\\.utils?(\\..*)?")
                ? List.of(source.typeName()) : List.of());
    }

    @Test
    void shouldDescribeEveryPackage() {
        Set<Path> described = new TreeSet<>();
        sources.stream()
                .filter(s -> s.typeName().equals("package-info"))
                .forEach(s -> described.add(s.path().getParent()));
        check("package-info", source -> source.isMain() && !described.contains(source.path().getParent())
                ? List.of("no package-info.java beside it") : List.of());
        check("package-info-length", source -> source.typeName().equals("package-info")
                        && (source.lines().size() < 4 || source.lines().size() > 20)
                ? List.of(source.lines().size() + " lines") : List.of());
    }

    @Test
    void shouldKeepLinesShort() {
        check("line-length", source -> Stream.iterate(0, i -> i < source.lines().size(), i -> i + 1)
                .filter(i -> source.lines().get(i).length() > 120)
                .map(i -> "line " + (i + 1) + " has " + source.lines().get(i).length() + " characters")
                .toList());
    }

    @Test
    void shouldKeepFilesShort() {
        check("file-length", source -> {
            int most = source.isKernel() ? 800 : 400;
            return source.isMain() && source.lines().size() > most
                    ? List.of(source.lines().size() + " lines, at most " + most) : List.of();
        });
    }

    @Test
    void shouldKeepMethodsShort() {
        check("method-length", source -> source.isMain() ? longMethods(source) : List.of());
    }

    @Test
    void shouldLeaveNothingUnfinished() {
        check("unfinished", source -> source.isMain() && Pattern.compile("\\b(TODO|FIXME|XXX|HACK)\\b")
                .matcher(source.text()).find() ? List.of("holds a mark of unfinished work") : List.of());
    }

    @Test
    void shouldPrintNothingFromLibraries() {
        check("prints", source -> source.isMain() && !source.packageName().startsWith("quern.appliance")
                        && !source.module().equals("benchmarks")
                        && source.text().matches("(?s).*\\bSystem\\.(out|err)\\b.*")
                ? List.of("prints") : List.of());
    }

    @Test
    void shouldStartThreadsOnlyInTheComputeTeam() {
        Set<String> below = Set.of("config", "kvstore", "gpu-runtime", "ingest", "curation", "inference", "tuning");
        check("starts-thread", source -> source.isMain() && below.contains(source.module())
                        && STARTS_THREAD.matcher(source.text()).find()
                ? List.of("starts a thread") : List.of());
    }

    @Test
    void shouldLaunchWithTheFlagsThatTestsRunWith() throws IOException {
        Matcher flags = Pattern.compile("<quern.jvm.flags>([^<]*)<").matcher(Files.readString(ROOT.resolve("pom.xml")));
        assertTrue(flags.find());
        Set<String> launched = new TreeSet<>();
        for (String line : Files.readAllLines(ROOT.resolve("appliance/src/main/launch/jvm.options"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                launched.add(line.strip());
            }
        }
        for (String flag : flags.group(1).split("\\s+")) {
            assertTrue(launched.contains(flag), "jvm.options lacks " + flag);
        }
    }

    private static Stream<String> imports(Source source) {
        return IMPORT.matcher(source.text()).results().map(match -> match.group(1));
    }

    private static String moduleOf(String name) {
        return MODULE_OF_PACKAGE.entrySet().stream()
                .filter(entry -> name.equals(entry.getKey()) || name.startsWith(entry.getKey() + "."))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(name);
    }

    private static List<String> longMethods(Source source) {
        int most = source.isKernel() ? 100 : 60;
        List<String> found = new ArrayList<>();
        List<String> lines = source.lines();
        for (int from = 0; from < lines.size(); from++) {
            String line = lines.get(from);
            if (!METHOD_START.matcher(line).matches() || line.contains(" class ") || line.contains(" record ")
                    || line.contains(" interface ") || line.contains(" enum ")) {
                continue;
            }
            String indent = line.substring(0, line.length() - line.stripLeading().length());
            int to = from + 1;
            while (to < lines.size() && !lines.get(to).startsWith(indent + "}")) {
                to++;
            }
            if (to - from + 1 > most) {
                found.add("method at line " + (from + 1) + " has " + (to - from + 1) + " lines, at most " + most);
            }
        }
        return found;
    }

    private static void check(String rule, Function<Source, List<String>> offences) {
        List<String> found = new ArrayList<>();
        for (Source source : sources) {
            if (!exceptions.contains(rule + " " + source.relative())) {
                offences.apply(source).forEach(offence -> found.add(source.relative() + ": " + offence));
            }
        }
        assertEquals(List.of(), found, rule);
    }
}
