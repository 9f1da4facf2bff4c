package quern.actors.jobs;

import org.apache.pekko.actor.typed.DispatcherSelector;

/** Where runs live: each blocks on disks. */
final class JobDispatchers {

    private JobDispatchers() {}

    static DispatcherSelector io() {
        return DispatcherSelector.fromConfig("quern-io");
    }
}
