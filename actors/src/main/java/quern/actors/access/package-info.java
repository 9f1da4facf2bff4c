/**
 * Keys: who may call, and as whom. Open KeyRing first. The HTTP gate and the key routes use it. Safe for any thread.
 */
package quern.actors.access;
