package quern.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import quern.appliance.Main;

/**
 * Begins the command line of a process of Quern: the JVM, its options and the class path. A build that has packaged it
 * is started as its users start it, by its jars and with a recorded start, which halves the processor time of a start;
 * one that has only compiled it, by the test's own class path.
 */
final class ProgramCommand {

    private static final String MAIN = "quern.appliance.Main";
    private static final Path ROOT = Path.of(System.getProperty("quern.root", "../..")).toAbsolutePath().normalize();

    /** Where the program was packaged: its class path, and the options that name the record of its start, if any. */
    private record Packaged(String classPath, List<String> record) {

        static final Packaged HERE = find();

        private static Packaged find() {
            try {
                Path jar = Path.of(URI.create(
                        Main.class.getProtectionDomain().getCodeSource().getLocation().toString()));
                Path lib = jar.resolveSibling("lib");
                if (!Files.isRegularFile(jar) || !Files.isDirectory(lib)) {
                    return new Packaged(System.getProperty("java.class.path"), List.of());
                }
                List<Path> jars = new ArrayList<>(List.of(jar));
                try (Stream<Path> files = Files.list(lib)) {
                    files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(jars::add);
                }
                String classPath = String.join(":", jars.stream().map(Path::toString).toList());
                return new Packaged(classPath, recorded(jars, classPath));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static List<String> recorded(List<Path> jars, String classPath) throws IOException {
            CRC32C key = new CRC32C();
            key.update(Files.readAllBytes(Path.of(System.getProperty("java.home"), "release")));
            for (Path jar : jars) {
                key.update((jar + " " + Files.size(jar) + " " + Files.getLastModifiedTime(jar))
                        .getBytes(StandardCharsets.UTF_8));
            }
            Path record = Path.of("target", "start-" + Long.toHexString(key.getValue()) + ".aot").toAbsolutePath();
            if (!Files.exists(record)) {
                List<String> command = jvm();
                command.addAll(List.of("-XX:AOTCacheOutput=" + record, "-cp", classPath, MAIN, "rehearse"));
                Path log = Path.of("target", "start.log").toAbsolutePath();
                try {
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start()
                            .waitFor();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return Files.exists(record) ? List.of("-XX:AOTCache=" + record, "-Xlog:aot*=off", "-Xlog:cds*=off")
                    : List.of();
        }
    }

    private ProgramCommand() {}

    private static List<String> jvm() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        try (Stream<String> lines = Files.lines(ROOT.resolve("appliance/src/main/launch/jvm.options"))) {
            lines.filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(command::add);
        }
        return command;
    }

    /** With further options of the JVM, which count before those of every launch; the verb is to follow. */
    static List<String> with(List<String> options) throws IOException {
        List<String> command = jvm();
        command.addAll(options);
        command.addAll(Packaged.HERE.record());
        command.addAll(List.of("-cp", Packaged.HERE.classPath(), MAIN));
        return command;
    }

    /** The same without further options. */
    static List<String> plain() throws IOException {
        return with(List.of());
    }
}
