package quern.kv;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs a main class in a JVM like this one, to be killed. */
public final class ChildProcess {

    private ChildProcess() {}

    /** This JVM's executable and flags, with {@code classPath} and the program's arguments. */
    public static List<String> command(String classPath, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--") || flag.startsWith("-Dchronicle"))
                .forEach(command::add);
        command.addAll(List.of("-Xmx200m", "-XX:TieredStopAtLevel=1", "-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    public static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Kills the program (SIGKILL) after it printed {@code lines} lines; returns every whole line it printed. */
    public static List<String> killAfter(int lines, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command(classPath(), main, arguments));
        builder.environment().putAll(Map.of("JAVA_TOOL_OPTIONS", ""));
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        List<String> seen = new ArrayList<>();
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.endsWith(";")) {
                    seen.add(line.substring(0, line.length() - 1));
                }
                if (seen.size() == lines) {
                    process.toHandle().destroyForcibly();
                }
            }
        }
        process.waitFor();
        return seen;
    }
}
