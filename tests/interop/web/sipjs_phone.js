// SIP.js as it is; only the session description is a stand-in.
import { Invitation, Inviter, Registerer, SessionState, UserAgent } from "sip.js";
import { account, lose, obey, sdp, tell } from "./control.js";

const RECONNECT_MS = 1000;
let session = null;

function follow(next) {
  session = next;
  session.stateChange.addListener((state) => {
    if (state === SessionState.Established) tell("CALL_ESTABLISHED");
    // Why is told a moment later.
    if (state === SessionState.Terminated) setTimeout(() => tell("CALL_CLOSED", next.closedBy ?? ""));
  });
}

// The server is gone: once more, until it is there again.
async function reconnect() {
  try {
    await phone.reconnect();
  } catch {
    setTimeout(reconnect, RECONNECT_MS);
  }
}

const phone = new UserAgent({
  uri: UserAgent.makeURI(`sip:${account.user}@${account.domain}`),
  instanceId: account.instance,
  transportOptions: { server: account.url, keepAliveInterval: 1, traceSip: false },
  sipExtensionExtraSupported: ["gruu"],
  logBuiltinEnabled: false,
  sessionDescriptionHandlerFactory: () => ({
    close: () => {},
    getDescription: async () => ({ body: sdp, contentType: "application/sdp" }),
    hasDescription: (type) => type === "application/sdp",
    setDescription: async () => {},
    sendDtmf: () => false,
  }),
  delegate: {
    onConnect: register,
    onDisconnect: (error) => error && setTimeout(reconnect, RECONNECT_MS),
    onInvite: (invitation) => {
      follow(invitation);
      tell("CALL_INCOMING");
    },
  },
});
const registerer = new Registerer(phone, { expires: 60, regId: 1, instanceId: account.instance });

function register() {
  registerer.register({
    requestDelegate: {
      onAccept: () => tell("REGISTER_OK"),
      onReject: (response) => tell("REGISTER_FAIL", `${response.message.statusCode}`),
    },
  });
}

function dial(uri) {
  const inviter = new Inviter(phone, UserAgent.makeURI(uri));
  follow(inviter);
  inviter.invite({
    requestDelegate: {
      onProgress: (response) => response.message.statusCode > 100 && tell("CALL_RINGING"),
      onReject: (response) => {
        inviter.closedBy = `${response.message.statusCode} ${response.message.reasonPhrase}`;
      },
    },
  });
}

function hangUp() {
  if (session.state === SessionState.Established) return session.bye();
  return session instanceof Invitation ? session.reject({ statusCode: 486 }) : session.cancel();
}

await phone.start();
obey({ dial, accept: () => session.accept(), hang_up: hangUp, lose });
