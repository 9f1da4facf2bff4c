package quern.actors.fleet;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import quern.actors.House;
import quern.actors.Readiness;
import quern.actors.cache.PromptPins;
import quern.actors.engine.EngineActor;
import quern.actors.engine.EngineBoard;
import quern.actors.engine.EngineParts;
import quern.actors.serving.CatalogueModels;
import quern.inference.engine.EngineLoop;

/** Gives a loaded model its engine, as a child of whoever owns the model. */
public final class EngineLaunch {

    private EngineLaunch() {}

    /** @param readiness blocked while the engine cannot serve */
    public static House.Running of(
            ActorContext<?> context, House house, EngineParts parts, EngineBoard board, Readiness readiness) {
        parts.tiers().observe(house.observer().blocks());
        new PromptPins(house.stores().catalogue(), parts.tiers()).restore();
        parts.keep(board.rates());
        ActorRef<EngineActor.Command> engine = context.spawnAnonymous(
                EngineActor.create(() -> observed(house, parts, board), parts.tiers(), board, readiness,
                        parts.preparation()),
                DispatcherSelector.fromConfig(EngineActor.DISPATCHER));
        return new House.Running(
                parts, engine, CatalogueModels.of(parts, house.stores().catalogue()), board, new Occupancy());
    }

    private static EngineLoop observed(House house, EngineParts parts, EngineBoard board) {
        EngineLoop loop = parts.newLoop();
        loop.observe(house.observer().engine());
        loop.adopt(board.rates());
        return loop;
    }
}
