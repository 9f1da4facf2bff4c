/**
 * Continuous batching: requests in, tokens out, one mixed step at a time. Open EngineLoop first; BatchPlanner decides
 * what a step holds. An actor owns the loop and drives it from one thread; nothing here starts a thread or blocks.
 */
package quern.inference.engine;
