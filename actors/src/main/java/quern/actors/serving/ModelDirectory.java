package quern.actors.serving;

import java.util.List;
import java.util.Optional;
import quern.actors.Caller;

/** What can be asked for by name. Safe for any thread. */
public interface ModelDirectory {

    /** The model behind an id or alias, if it exists for the caller. */
    Optional<ServedModel> find(String name, Caller caller);

    /** All the caller sees, the base model first. */
    List<ServedModel> list(Caller caller);
}
