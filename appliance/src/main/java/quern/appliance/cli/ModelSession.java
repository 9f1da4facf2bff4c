package quern.appliance.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import quern.kv.DataDirectory;
import quern.kv.FingerprintFile;

/**
 * A model that answers: one of the data directory's appliance, or a file loaded into an appliance of its own over a
 * directory that is deleted with the session.
 */
record ModelSession(Session session, String model, Path scratch) implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelSession.class);

    /** @param model id, imported name or path; null: the model that is served */
    static ModelSession open(GlobalOptions options, String model) throws IOException {
        if (model != null) {
            Optional<Path> file = ModelPath.find(model, options);
            if (file.isPresent()) {
                return ofFile(options, file.get());
            }
            if (looksLikePath(model)) {
                throw new UsageProblem("--model " + model + ": no such file or directory");
            }
        }
        return ready(Session.open(options), model, null);
    }

    private static boolean looksLikePath(String model) {
        return model.endsWith(".gguf") || model.startsWith(".") || model.startsWith("/");
    }

    private static ModelSession ofFile(GlobalOptions options, Path file) throws IOException {
        Path scratch = Files.createTempDirectory("quern-");
        try {
            Path data = options.load().config().data();
            copyFingerprints(data, scratch);
            Session session = Session.launch(options, Map.of("engine.model", file.toAbsolutePath().toString(),
                    "kv.warm-enabled", "false", "kv.cold-enabled", "false", "data", scratch.toString()));
            ModelSession opened = ready(session, null, scratch);
            copyFingerprints(scratch, data);
            return opened;
        } catch (RuntimeException | Error failure) {
            DataDirectory.removeTree(scratch);
            throw failure;
        }
    }

    /** What is lost when it fails is a little time at the next start. */
    private static void copyFingerprints(Path from, Path to) {
        if (Files.isDirectory(to)) {
            try {
                FingerprintFile.in(from).copyTo(FingerprintFile.in(to));
            } catch (IOException unwritable) {
                LOG.debug("fingerprints in {} are not updated: {}", to, unwritable.getMessage());
            }
        }
    }

    private static ModelSession ready(Session session, String model, Path scratch) {
        try {
            session.awaitReady();
            String id = model != null ? model : session.servedModel();
            return new ModelSession(session, id, scratch);
        } catch (RuntimeException | Error failure) {
            session.close();
            throw failure;
        }
    }

    ApiClient client() {
        return session.client();
    }

    @Override
    public void close() throws IOException {
        session.close();
        if (scratch != null) {
            DataDirectory.removeTree(scratch);
        }
    }
}
