// Procedure calls between windows, for interaction pages: JSON-RPC 2.0 in messages that
// begin with "pmrpc.". Pages made for Taverna call with pmrpc.call(...); the page around
// them answers with pmrpc.register(...). Before a call the other side is asked whether it
// has the procedure ("receivePingRequest"), so that a page may call before the other is ready.
"use strict";
var pmrpc = (function () {
  const MARK = "pmrpc.";
  const PING = "receivePingRequest";
  const procedures = new Map();
  const waiting = new Map();
  let last = 0;

  function send(target, message) {
    target.postMessage(MARK + JSON.stringify({ jsonrpc: "2.0", ...message }), "*");
  }

  function request(target, method, params) {
    const id = `${Date.now()}-${Math.random()}-${++last}`;
    return new Promise((done, failed) => {
      waiting.set(id, { done, failed });
      send(target, { method, params, id });
    });
  }

  async function perform(procedure, params, event) {
    const given = Array.isArray(params) ? params : Object.values(params || {});
    if (!procedure.isAsynchronous) {
      return procedure.procedure(...given, event);
    }
    return new Promise((done) => procedure.procedure(...given, done, event));
  }

  async function serve(message, event) {
    const procedure = procedures.get(message.method);
    let answer;
    if (!procedure) {
      answer = { error: { code: -32601, message: "Method not found.", data: message.method } };
    } else {
      try {
        const result = await perform(procedure, message.params, event);
        answer = { result: result === undefined ? null : result };
      } catch (error) {
        answer = { error: { code: -1, message: "Application error.", data: String(error) } };
      }
    }
    if (message.id !== undefined && event.source) {
      send(event.source, { id: message.id, ...answer });
    }
  }

  function settle(message) {
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (call && message.error) {
      call.failed(`${message.error.message} ${message.error.data}`);
    } else if (call) {
      call.done(message.result);
    }
  }

  function received(event) {
    if (typeof event.data !== "string" || !event.data.startsWith(MARK)) {
      return;
    }
    const message = JSON.parse(event.data.slice(MARK.length));
    if (message.method !== undefined) {
      serve(message, event);
    } else {
      settle(message);
    }
  }

  // "publish": every window there is, of which those answer that have the procedure.
  function windows() {
    const found = [window.top];
    for (const one of found) {
      for (let i = 0; i < one.frames.length; i++) {
        found.push(one.frames[i]);
      }
    }
    return found.filter((one) => one !== window);
  }

  function pause(milliseconds) {
    return new Promise((done) => setTimeout(done, milliseconds));
  }

  async function isThere(target, name, attempts, patience) {
    for (let i = 0; i < attempts; i++) {
      const answer = request(target, PING, [name]).catch(() => false);
      if ((await Promise.race([answer, pause(patience)])) === true) {
        return true;
      }
    }
    return false;
  }

  async function callOne(target, config) {
    const name = config.publicProcedureName;
    const outcome = { destination: target, publicProcedureName: name, params: config.params };
    const refused = config.onError || config.onFailure || (() => {});
    if (!(await isThere(target, name, config.retries || 10, config.timeout || 500))) {
      if (config.destination !== "publish") {
        refused({ ...outcome, status: "error", description: "Destination unavailable." });
      }
      return;
    }
    try {
      const value = await request(target, name, config.params || []);
      (config.onSuccess || (() => {}))({ ...outcome, status: "success", returnValue: value });
    } catch (description) {
      refused({ ...outcome, status: "error", description });
    }
  }

  window.addEventListener("message", received);
  procedures.set(PING, { procedure: (name) => procedures.has(name) });

  return {
    register(config) {
      procedures.set(config.publicProcedureName, config);
      return true;
    },
    unregister(name) {
      return procedures.delete(name);
    },
    call(config) {
      const publish = config.destination === "publish";
      const targets = publish ? windows() : [].concat(config.destination);
      targets.forEach((target) => callOne(target, config));
    },
  };
})();
window.pmrpc = pmrpc;
