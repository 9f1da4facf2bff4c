package quern.actors.erase;

import java.util.List;
import java.util.function.Consumer;
import quern.actors.House;

/** Every model that is loaded, with its engine. */
final class Engines {

    private Engines() {}

    static List<House.Running> of(House house) {
        return house.all();
    }

    /** Each stays loaded meanwhile. */
    static void each(House house, Consumer<House.Running> work) {
        house.each(work);
    }
}
