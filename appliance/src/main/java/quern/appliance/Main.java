package quern.appliance;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import quern.appliance.cli.QuernCommand;

/** The process's entry: {@code quern VERB ...}. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.setOut(utf8(FileDescriptor.out));
        System.setErr(utf8(FileDescriptor.err));
        System.exit(QuernCommand.execute(arguments));
    }

    /** Whatever the locale says: answers of a model are rarely ASCII. */
    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
