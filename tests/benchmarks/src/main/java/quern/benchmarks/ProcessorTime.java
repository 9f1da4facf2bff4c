package quern.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Processor time a JVM has used, user and system, told apart by the names of its threads.
 *
 * @param totalSeconds of the process, threads that have ended included
 * @param computeSeconds of the thread that drives the engine and of its team, whatever they wait for in a spin
 * @param compilerSeconds of C1 and C2
 */
record ProcessorTime(double totalSeconds, double computeSeconds, double compilerSeconds) {

    static final ProcessorTime ZERO = new ProcessorTime(0, 0, 0);

    /** Linux counts in hundredths of a second, for every process alike. */
    private static final double TICKS_PER_SECOND = 100;
    /** Names of threads are cut to 15 characters; the second is the pinned dispatcher "quern-compute" of the actors. */
    private static final List<String> COMPUTE = List.of("quern-compute-", "quern-quern-com");
    private static final List<String> COMPILERS = List.of("C1 Compiler", "C2 Compiler");
    private static final int USER_AT = 11;

    static ProcessorTime of(ProcessHandle process) throws IOException {
        double compute = 0;
        double compiler = 0;
        double total = process.info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            for (Path thread : threads.toList()) {
                String stat = stat(thread);
                double seconds = seconds(stat);
                compute += COMPUTE.stream().anyMatch(name -> stat.contains('(' + name)) ? seconds : 0;
                compiler += COMPILERS.stream().anyMatch(name -> stat.contains('(' + name)) ? seconds : 0;
            }
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
        return new ProcessorTime(total, compute, compiler);
    }

    private static String stat(Path thread) throws IOException {
        try {
            return Files.readString(thread.resolve("stat"));
        } catch (NoSuchFileException ended) {
            return "";
        }
    }

    private static double seconds(String stat) {
        if (stat.isEmpty()) {
            return 0;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[USER_AT]) + Long.parseLong(fields[USER_AT + 1])) / TICKS_PER_SECOND;
    }

    double restSeconds() {
        return totalSeconds - computeSeconds - compilerSeconds;
    }

    ProcessorTime plus(ProcessorTime other) {
        return new ProcessorTime(totalSeconds + other.totalSeconds, computeSeconds + other.computeSeconds,
                compilerSeconds + other.compilerSeconds);
    }

    ProcessorTime minus(ProcessorTime other) {
        return new ProcessorTime(totalSeconds - other.totalSeconds, computeSeconds - other.computeSeconds,
                compilerSeconds - other.compilerSeconds);
    }
}
