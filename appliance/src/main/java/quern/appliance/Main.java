package quern.appliance;

import quern.appliance.cli.QuernCommand;

/** The process's entry: {@code quern VERB ...}. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(QuernCommand.execute(arguments));
    }
}
