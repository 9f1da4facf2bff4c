// Drives llama.cpp through node-llama-cpp by token ids: a JSON task a line in, a JSON result a line out.
// Usage: node peer.mjs MODEL THREADS
import {createInterface} from "node:readline";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const [,, modelPath, threadsText] = process.argv;
const threads = Number(threadsText);
const llama = await getLlama({
    gpu: false, build: "never", skipDownload: true, usePrebuiltBinaries: true, maxThreads: threads,
    logLevel: LlamaLogLevel.error
});
const model = await llama.loadModel({modelPath});
const say = (result) => process.stdout.write(JSON.stringify(result) + "\n");

let open;

/** A context for so many streams of so many tokens, kept while the next task asks for the same. */
async function sequences(streams, contextTokens) {
    if (open?.streams !== streams || open.contextTokens !== contextTokens) {
        await open?.context.dispose();
        const context = await model.createContext({
            contextSize: contextTokens, sequences: streams, batchSize: 512,
            threads: {ideal: threads, min: threads}
        });
        open = {streams, contextTokens, context, all: Array.from({length: streams}, () => context.getSequence())};
    }
    await Promise.all(open.all.map((sequence) => sequence.clearHistory()));
    return open.all;
}

async function read({streams, contextTokens, prompts}) {
    const all = await sequences(streams, contextTokens);
    const fromMs = performance.now();
    await Promise.all(all.map((sequence, i) => sequence.evaluateWithoutGeneratingNewTokens(prompts[i])));
    return {ts: 1000 * prompts.flat().length / (performance.now() - fromMs)};
}

/** Timed from when every stream has its first token. */
async function draw({streams, contextTokens, prompts, tokens}) {
    const all = await sequences(streams, contextTokens);
    let waiting = streams;
    let timed = 0;
    let fromMs = 0;
    await Promise.all(all.map(async (sequence, i) => {
        let produced = 0;
        for await (const token of sequence.evaluate(prompts[i], {temperature: 0, yieldEogToken: true})) {
            timed += fromMs > 0 ? 1 : 0;
            if (++produced === 1 && --waiting === 0) {
                fromMs = performance.now();
            }
            if (produced > tokens) {
                break;
            }
        }
    }));
    return {ts: 1000 * timed / (performance.now() - fromMs)};
}

async function greedy({prompts, tokens, contextTokens}) {
    const [sequence] = await sequences(1, contextTokens);
    const ids = [];
    for await (const token of sequence.evaluate(prompts[0], {temperature: 0, yieldEogToken: true})) {
        ids.push(token);
        if (ids.length === tokens) {
            break;
        }
    }
    return {ids};
}

const tasks = {read, draw, greedy};
say({ready: true});
for await (const line of createInterface({input: process.stdin})) {
    const task = JSON.parse(line);
    try {
        say(await tasks[task.kind](task));
    } catch (failure) {
        say({error: String(failure?.stack ?? failure)});
    }
}
process.exit(0);
