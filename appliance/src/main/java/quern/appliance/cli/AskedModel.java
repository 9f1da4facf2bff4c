package quern.appliance.cli;

import java.util.Optional;
import quern.actors.curation.FileTokenizers;
import quern.curation.RecipeCompiler;
import quern.curation.deident.SecretKey;
import quern.curation.language.OpenNlpDetector;
import quern.curation.library.BuiltInOperators;

/**
 * The model that operators over local files ask: that of the data directory's server, else of an appliance in this
 * process. Either way the run, and every file it reads and writes, is this process's.
 */
final class AskedModel implements AutoCloseable {

    private final GlobalOptions options;
    private final Session session;
    private final Optional<ServerModel> server;

    private AskedModel(GlobalOptions options, Session session, Optional<ServerModel> server) {
        this.options = options;
        this.session = session;
        this.server = server;
    }

    /** @param model null: the configured one */
    static AskedModel open(GlobalOptions options, String model) {
        Optional<Session> live = Session.running(options.load().config());
        if (live.isEmpty() && model != null) {
            options.set("engine.model", ModelPath.resolve(model, options));
        }
        Session session = live.orElseGet(() -> Session.open(options));
        try {
            if (!session.isServer()) {
                return new AskedModel(options, session, Optional.empty());
            }
            session.awaitReady();
            String served = session.servedModel();
            if (model != null && !model.equals(served)) {
                throw new UsageProblem("a server with the model " + served + " has the data directory "
                        + session.config().data() + ": leave --model out to ask that one, or give another --data");
            }
            return new AskedModel(options, session, Optional.of(
                    new ServerModel(session.client(), served, session.config().curation(),
                            ServerModel.SILENCE_MAX)));
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /** Operators that ask no model; tokenizers and models in files that a recipe names are read. */
    static BuiltInOperators operatorsWithout(GlobalOptions options) {
        return new BuiltInOperators(null, null, new OpenNlpDetector(), new FileTokenizers())
                .withSecret(() -> SecretKey.ofDirectory(options.load().config().data()));
    }

    RecipeCompiler recipes() {
        return server.map(model -> new RecipeCompiler(
                new BuiltInOperators(model, model, new OpenNlpDetector(), new FileTokenizers())
                        .withSecret(() -> SecretKey.ofDirectory(options.load().config().data()))))
                .or(session::recipes).orElseThrow();
    }

    void awaitReady() {
        session.awaitReady();
    }

    /** Ends what is asked at the moment; whoever waits for it fails. */
    void leave() {
        server.ifPresent(ServerModel::close);
    }

    @Override
    public void close() {
        leave();
        session.close();
    }
}
