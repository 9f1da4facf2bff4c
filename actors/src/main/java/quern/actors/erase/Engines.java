package quern.actors.erase;

import java.util.List;
import quern.actors.House;

/** Every model that is loaded, with its engine. */
final class Engines {

    private Engines() {}

    static List<House.Running> of(House house) {
        return house.running().stream().toList();
    }
}
