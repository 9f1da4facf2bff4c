package quern.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A verb of the command line in a JVM of its own. */
final class CommandProcess {

    private CommandProcess() {}

    /** @return what it printed. @throws IllegalStateException with that, if it failed */
    static String run(Path data, String verb, String... arguments) throws IOException, InterruptedException {
        List<String> command = ProgramCommand.plain();
        command.add(verb);
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", data.toString()));
        Path out = Files.createTempFile("quern", ".out");
        try {
            int status = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start()
                    .waitFor();
            String printed = Files.readString(out);
            if (status != 0) {
                throw new IllegalStateException(String.join(" ", arguments) + ": " + status + "\n" + printed);
            }
            return printed;
        } finally {
            Files.deleteIfExists(out);
        }
    }
}
