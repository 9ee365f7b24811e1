// JsSIP as it is; only sound and the peer connection are stand-ins.
import { account, lose, obey, sdp, tell } from "./control.js";

class PeerConnection extends EventTarget {
  iceGatheringState = "complete";
  signalingState = "stable";
  createOffer = async () => ({ type: "offer", sdp });
  createAnswer = async () => ({ type: "answer", sdp });
  setLocalDescription = async (description) => {
    this.localDescription = description;
  };
  setRemoteDescription = async () => {};
  getSenders = () => [];
  close = () => {};
}
globalThis.window = globalThis;
globalThis.RTCPeerConnection = PeerConnection;
globalThis.RTCSessionDescription = class {
  constructor(description) {
    Object.assign(this, description);
  }
};

const { default: JsSIP } = await import("jssip");
const silent = { mediaConstraints: { audio: false, video: false } };
let session = null;

const phone = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface(account.url)],
  uri: `sip:${account.user}@${account.domain}`,
  instance_id: account.instance,
  register_expires: 60,
  connection_recovery_min_interval: 1,
  connection_recovery_max_interval: 2,
  session_timers: false,
});
phone.on("registered", () => tell("REGISTER_OK"));
phone.on("registrationFailed", (event) => tell("REGISTER_FAIL", event.cause));
phone.on("newRTCSession", (event) => {
  session = event.session;
  if (event.originator === "remote") tell("CALL_INCOMING");
  session.on("progress", (progress) => progress.originator === "remote" && tell("CALL_RINGING"));
  session.on("confirmed", () => tell("CALL_ESTABLISHED"));
  session.on("ended", (end) => tell("CALL_CLOSED", end.cause));
  session.on("failed", (end) => tell("CALL_CLOSED", `${end.message?.status_code ?? ""} ${end.cause}`));
});
phone.start();

obey({
  dial: (uri) => phone.call(uri, silent),
  accept: () => session.answer(silent),
  hang_up: () => session.terminate(session.isInProgress() ? { status_code: 486 } : {}),
  lose,
});
