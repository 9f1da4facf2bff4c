package quern.actors.jobs;

import org.apache.pekko.actor.typed.DispatcherSelector;

/** Where runs live: each blocks on disks. */
public final class JobDispatchers {

    private JobDispatchers() {}

    public static DispatcherSelector io() {
        return DispatcherSelector.fromConfig("quern-io");
    }
}
