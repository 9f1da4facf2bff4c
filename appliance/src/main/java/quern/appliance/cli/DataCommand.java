package quern.appliance.cli;

import picocli.CommandLine.Command;

/** Verbs that make data of data. */
@Command(name = "data", mixinStandardHelpOptions = true, description = "Make data of datasets.",
        subcommands = DataGenerateCommand.class)
final class DataCommand {}
