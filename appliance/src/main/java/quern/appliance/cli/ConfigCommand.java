package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Spec;
import quern.config.Origin;

/** The configuration in effect. */
@Command(name = "config", mixinStandardHelpOptions = true, description = "Show the configuration.")
final class ConfigCommand implements Runnable {

    @Mixin
    private GlobalOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: show");
    }

    @Command(name = "show", mixinStandardHelpOptions = true,
            description = "Print every key with its value, and with --origin where the value came from.")
    void show(@Option(names = "--origin", description = "Say where each value came from.") boolean origin) {
        Screen screen = options.screen();
        List<Origin> origins = options.load().origins();
        if (screen.json()) {
            ObjectNode body = ApiClient.JSON.createObjectNode();
            for (Origin each : origins) {
                body.putObject(each.key()).put("value", each.value()).put("source", source(each))
                        .put("where", each.where());
            }
            screen.json(body);
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(origin ? List.of("key", "value", "source", "where") : List.of("key", "value"));
        for (Origin each : origins) {
            rows.add(origin
                    ? List.of(each.key(), each.value(), source(each), each.where())
                    : List.of(each.key(), each.value()));
        }
        screen.table(rows);
    }

    private static String source(Origin origin) {
        return origin.source().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
