/**
 * The one driver of the compute team. Open EngineActor first: it owns the EngineLoop on a pinned thread and sends tier
 * reads and write-behind to the I/O dispatcher. Serving and tuning send to it.
 */
package quern.actors.engine;
