package quern.appliance.cli;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;
import quern.appliance.Appliance;
import quern.config.QuernException;

/** {@code quern}: the verbs, and what their failures look like. */
@Command(name = "quern", mixinStandardHelpOptions = true, versionProvider = QuernCommand.Version.class,
        description = "Documents in, a tuned and served language model out, on this machine.",
        exitCodeListHeading = "%nExit codes:%n")
public final class QuernCommand implements Runnable {

    private static final String LOG_LEVEL = "quern.log.level";
    private static final List<Class<?>> VERBS = List.of(
            DemoCommand.class, ServeCommand.class, IngestCommand.class, DocumentsCommand.class,
            CurateCommand.class, AnalyzeCommand.class, DataCommand.class, DeidentifyCommand.class,
            OperatorsCommand.class, TuneCommand.class, EvalCommand.class, AdaptersCommand.class,
            PipelinesCommand.class,
            ChatCommand.class, GenerateCommand.class, EmbedCommand.class, ApplyTemplateCommand.class,
            TokenizeCommand.class, LogitsCommand.class, JobsCommand.class, ModelsCommand.class,
            ImportCommand.class, ExportCommand.class, ConvertCommand.class, QuantizeCommand.class,
            PerplexityCommand.class,
            ListCommand.class, RunningCommand.class, ShowCommand.class, RemoveCommand.class,
            VerifyCommand.class, LineageCommand.class, DoctorCommand.class, BenchCommand.class,
            ConfigCommand.class, KeyCommand.class, VaultCommand.class, CacheCommand.class, PretrainCommand.class,
            RehearseCommand.class);

    private static final Set<String> TAKE_RECIPE_KEYS = Set.of("curate", "analyze");

    @Spec
    private CommandSpec spec;

    private QuernCommand() {}

    /** Runs one command line. @return the exit code */
    public static int execute(String... arguments) {
        if (System.getProperty(LOG_LEVEL) == null) {
            boolean serves = arguments.length > 0 && arguments[0].equals("serve");
            System.setProperty(LOG_LEVEL, serves ? "INFO" : "ERROR");
        }
        FileActors.begin(List.of(arguments));
        CommandLine line = commandLine(arguments);
        return line.execute(withRecipeKeys(line, arguments));
    }

    private static String[] withRecipeKeys(CommandLine line, String... arguments) {
        if (arguments.length == 0 || !TAKE_RECIPE_KEYS.contains(arguments[0])) {
            return arguments;
        }
        Set<String> options = line.getSubcommands().get(arguments[0]).getCommandSpec().optionsMap().keySet();
        return RecipeWords.joined(List.of(arguments), options).toArray(String[]::new);
    }

    /** With every verb, unless the first argument names one: describing all of them takes longer than most verbs. */
    static CommandLine commandLine(String... arguments) {
        CommandLine line = new CommandLine(new QuernCommand());
        List<Class<?>> named = VERBS.stream().filter(verb -> arguments.length > 0
                && verb.getAnnotation(Command.class).name().equals(arguments[0])).toList();
        (named.isEmpty() ? VERBS : named).forEach(line::addSubcommand);
        line.getCommandSpec().usageMessage().exitCodeList(exitCodes());
        line.setExecutionExceptionHandler((failure, command, parsed) -> report(failure));
        line.setParameterExceptionHandler((failure, wrong) -> explain(failure));
        return line.setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static java.util.Map<String, String> exitCodes() {
        var codes = new java.util.LinkedHashMap<String, String>();
        for (String row : ExitCode.TABLE) {
            codes.put(row.substring(0, row.indexOf(':')), row.substring(row.indexOf(':') + 1));
        }
        return codes;
    }

    /** One line, and the nearest known word or where to read more. */
    private static int explain(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        System.err.println("quern: " + Printer.safe(failure.getMessage()));
        if (!UnmatchedArgumentException.printSuggestions(failure, System.err)) {
            System.err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        }
        return ExitCode.USAGE;
    }

    private static int report(Exception failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof QuernException) {
            System.err.println("quern: " + Printer.safe(cause.getMessage()));
        } else {
            System.err.println("quern: " + cause);
            cause.printStackTrace();
        }
        return ExitCode.of(cause);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a verb is missing");
    }

    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"quern " + Appliance.version(), "java " + Runtime.version()};
        }
    }
}
