package quern.actors.fleet;

/** How many use a model at this moment. Once it is shut, nobody does any more. Thread-safe. */
public final class Occupancy {

    private int users;
    private boolean shut;

    /** @return whether the model may be used until {@link #leave} */
    public synchronized boolean enter() {
        users += shut ? 0 : 1;
        return !shut;
    }

    public synchronized void leave() {
        users--;
    }

    /** @return whether nobody uses it, and nobody will */
    synchronized boolean shut() {
        shut |= users == 0;
        return shut;
    }

    public synchronized int users() {
        return users;
    }
}
