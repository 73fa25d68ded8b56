"use strict";
// Plays motions in a page. Each <div class="motus-player" data-source="ID"> shows the JSON of the
// <script type="application/json" id="ID"> that view/html_player.cpp writes: figures with bodies,
// shapes and frames. z is up, metres, seconds. Needs THREE before it and nothing else.
//
// Mouse: drag orbits, right or Shift drag pans, wheel zooms, hover names.
// Keys: space plays, arrows step a frame, [ and ] change the speed, f follows, o overlays, r resets.
(() => {
  const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4];
  const UP = new THREE.Vector3(0, 0, 1);

  function decode(text, Type) {
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; ++i) bytes[i] = raw.charCodeAt(i);
    return new Type(bytes.buffer);
  }

  function element(parent, tag, className, text) {
    const e = document.createElement(tag);
    if (className) e.className = className;
    if (text) e.textContent = text;
    parent.appendChild(e);
    return e;
  }

  // w x y z as the file has it
  const quaternion = (q) => new THREE.Quaternion(q[1], q[2], q[3], q[0]);

  function capsule(radius, half) {
    const profile = [];
    const steps = 8;
    for (let i = 0; i <= steps; ++i) {
      const a = -Math.PI / 2 + (Math.PI / 2) * (i / steps);
      profile.push(new THREE.Vector2(radius * Math.cos(a), radius * Math.sin(a) - half));
    }
    for (let i = 0; i <= steps; ++i) {
      const a = (Math.PI / 2) * (i / steps);
      profile.push(new THREE.Vector2(radius * Math.cos(a), radius * Math.sin(a) + half));
    }
    return new THREE.LatheGeometry(profile, 20).rotateX(Math.PI / 2);
  }

  function geometry(shape, meshes) {
    const s = shape.size;
    switch (shape.type) {
      case "sphere":
        return new THREE.SphereGeometry(s[0], 24, 16);
      case "ellipsoid":
        return new THREE.SphereGeometry(1, 24, 16).scale(s[0], s[1], s[2]);
      case "capsule":
        return capsule(s[0], s[1]);
      case "cylinder":
        return new THREE.CylinderGeometry(s[0], s[0], 2 * s[1], 28).rotateX(Math.PI / 2);
      case "box":
        return new THREE.BoxGeometry(2 * s[0], 2 * s[1], 2 * s[2]);
      default: {
        const mesh = meshes[shape.mesh];
        const g = new THREE.BufferGeometry();
        g.setAttribute("position", new THREE.BufferAttribute(decode(mesh.points, Float32Array), 3));
        g.setIndex(new THREE.BufferAttribute(decode(mesh.faces, Uint32Array), 1));
        g.computeVertexNormals();
        return g;
      }
    }
  }

  function chequers() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 64;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#d9dee3";
    pen.fillRect(0, 0, 64, 64);
    pen.fillStyle = "#c6ccd3";
    pen.fillRect(0, 0, 32, 32);
    pen.fillRect(32, 32, 32, 32);
    return canvas;
  }

  function markerObject(marker) {
    const c = marker.rgba;
    const material = new THREE.MeshPhongMaterial({color: new THREE.Color(c[0], c[1], c[2])});
    const group = new THREE.Group();
    const s = marker.size;
    const add = (shape) => {
      const m = new THREE.Mesh(shape, material);
      m.castShadow = true;
      m.userData.label = marker.name;
      group.add(m);
      return m;
    };
    if (marker.shape === "arrow") {
      add(new THREE.BoxGeometry(s, 0.1 * s, 0.1 * s));
      add(new THREE.ConeGeometry(0.14 * s, 0.3 * s, 20).rotateZ(-Math.PI / 2)).position.x = 0.55 * s;
    } else if (marker.shape === "ball") {
      add(new THREE.SphereGeometry(s, 24, 16));
    } else {
      add(new THREE.SphereGeometry(0.1 * s, 24, 16));
      add(new THREE.CylinderGeometry(0.015 * s, 0.015 * s, s, 12).rotateX(Math.PI / 2)).position.z = s / 2;
    }
    return group;
  }

  /// A clip on its bodies: nested groups, turned each frame.
  class Figure {
    constructor(data, meshes) {
      this.data = data;
      this.frame = 0;
      this.root = decode(data.root, Float32Array);
      this.turns = decode(data.turns, Int16Array);
      this.place = new THREE.Group();
      this.bodies = data.bodies.map((body) => {
        const g = new THREE.Group();
        g.position.fromArray(body.pos);
        g.userData.rest = quaternion(body.rot);
        g.quaternion.copy(g.userData.rest);
        return g;
      });
      data.bodies.forEach((body, i) => {
        (body.parent < 0 ? this.place : this.bodies[body.parent]).add(this.bodies[i]);
      });
      for (const shape of data.shapes) this.add(shape, meshes);
      this.markers = (data.markers || []).map((m) => {
        const object = markerObject(m);
        this.place.add(object);
        return {object, track: decode(m.track, Float32Array)};
      });
    }
    add(shape, meshes) {
      const alpha = shape.rgba[3] * this.data.alpha;
      const material = new THREE.MeshPhongMaterial({
        color: new THREE.Color(shape.rgba[0], shape.rgba[1], shape.rgba[2]),
        shininess: 20,
        transparent: alpha < 1,
        opacity: alpha,
        flatShading: shape.type === "mesh",
      });
      const m = new THREE.Mesh(geometry(shape, meshes), material);
      m.position.fromArray(shape.pos);
      m.quaternion.copy(quaternion(shape.rot));
      m.castShadow = alpha === 1;
      m.receiveShadow = true;
      const body = this.data.bodies[shape.body];
      m.userData.label = [body.name].concat(body.joints || []).join("\n  ");
      this.bodies[shape.body].add(m);
    }
    get duration() {
      return (this.data.frames - 1) / this.data.fps;
    }
    turn(frame, slot, out) {
      const i = 4 * (frame * this.data.moving.length + slot);
      const t = this.turns;
      return out.set(t[i + 1], t[i + 2], t[i + 3], t[i]).normalize();
    }
    /// Between two frames it goes the shortest way; the ends hold.
    pose(time) {
      const last = this.data.frames - 1;
      const at = Math.min(Math.max(time * this.data.fps, 0), last);
      const from = Math.min(Math.floor(at + 1e-4), last);
      const to = Math.min(from + 1, last);
      const part = Math.max(at - from, 0);
      this.frame = from;
      const r = this.root;
      const root = this.bodies[0];
      const mix = (k) => r[3 * from + k] * (1 - part) + r[3 * to + k] * part;
      root.position.set(mix(0), mix(1), mix(2));
      const a = new THREE.Quaternion();
      const b = new THREE.Quaternion();
      this.data.moving.forEach((body, slot) => {
        this.turn(from, slot, a).slerp(this.turn(to, slot, b), part);
        const g = this.bodies[body];
        if (body === 0) g.quaternion.copy(a);
        else g.quaternion.multiplyQuaternions(g.userData.rest, a);
      });
      for (const {object, track} of this.markers) {
        const k = 4 * from;
        object.visible = !Number.isNaN(track[k]);
        if (!object.visible) continue;
        object.position.set(track[k], track[k + 1], track[k + 2]);
        object.quaternion.setFromAxisAngle(UP, track[k + 3]);
      }
    }
    /// Where the root is in the world, its place beside the others included.
    focus(out) {
      return out.copy(this.bodies[0].position).add(this.place.position);
    }
  }

  class Player {
    constructor(box, data) {
      this.box = box;
      this.data = data;
      this.time = 0;
      this.playing = true;
      this.speed = 1;
      this.follow = true;
      this.over = data.over;
      this.figures = data.figures.map((f) => new Figure(f, data.meshes));
      this.duration = Math.max(...this.figures.map((f) => f.duration));
      this.makeScene();
      this.makeBar();
      this.makeLegend();
      this.listen();
      this.arrange();
      this.resetCamera();
      this.seek(data.start || 0);
      this.last = performance.now();
      this.tick(this.last);
    }

    makeScene() {
      this.renderer = new THREE.WebGLRenderer({antialias: true});
      this.renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, 2));
      this.renderer.shadowMap.enabled = true;
      this.renderer.shadowMap.type = THREE.PCFSoftShadowMap;
      this.box.appendChild(this.renderer.domElement);
      const scene = (this.scene = new THREE.Scene());
      scene.background = new THREE.Color(0xe6edf5);
      const size = this.data.extent;
      scene.fog = new THREE.Fog(0xe6edf5, 7 * size, 24 * size);
      this.camera = new THREE.PerspectiveCamera(30, 1, 0.02 * size, 200 * size);
      this.camera.up.copy(UP);
      scene.add(new THREE.HemisphereLight(0xffffff, 0xd5d2cc, 0.72));
      const sun = (this.sun = new THREE.DirectionalLight(0xffffff, 0.45));
      sun.castShadow = true;
      sun.shadow.mapSize.set(2048, 2048);
      const width = 1.6 * size * Math.max(1, this.figures.length);
      Object.assign(sun.shadow.camera, {left: -width, right: width, top: width, bottom: -width, near: 0.1 * size, far: 14 * size});
      scene.add(sun, sun.target);
      // squares of half a metre; of five or of five hundredths where the figure has another size
      this.step = Math.pow(10, Math.round(Math.log10(size / 1.5)));
      const tiles = 2 * Math.round((40 * size) / this.step);
      const texture = new THREE.CanvasTexture(chequers());
      texture.wrapS = texture.wrapT = THREE.RepeatWrapping;
      texture.repeat.set(tiles, tiles);
      texture.anisotropy = 8;
      const floor = new THREE.Mesh(
        new THREE.PlaneGeometry(tiles * this.step, tiles * this.step), new THREE.MeshLambertMaterial({map: texture}));
      floor.receiveShadow = true;
      this.ground = new THREE.Group();
      this.ground.add(floor);
      scene.add(this.ground);
      for (const f of this.figures) scene.add(f.place);
    }

    button(text, title, action) {
      const b = element(this.bar, "button", "", text);
      b.title = title;
      b.onclick = () => {
        action();
        this.box.focus();
      };
      return b;
    }

    makeBar() {
      this.bar = element(this.box, "div", "bar");
      this.button("\u25C2|", "one frame back (left arrow)", () => this.stepFrames(-1));
      this.playButton = this.button("", "play or pause (space)", () => this.setPlaying(!this.playing));
      this.button("|\u25B8", "one frame on (right arrow)", () => this.stepFrames(1));
      this.slider = element(this.bar, "input");
      Object.assign(this.slider, {type: "range", min: 0, max: this.duration, step: "any", value: 0});
      this.slider.setAttribute("aria-label", "time");
      this.slider.oninput = () => {
        this.setPlaying(false);
        this.seek(Number(this.slider.value));
      };
      this.clock = element(this.bar, "span", "clock");
      this.speedBox = element(this.bar, "select");
      this.speedBox.title = "speed ([ and ])";
      for (const s of SPEEDS) element(this.speedBox, "option", "", s + "\u00D7").value = s;
      this.speedBox.onchange = () => this.setSpeed(Number(this.speedBox.value));
      this.followButton = this.button("follow", "the camera follows (f)", () => this.setFollow(!this.follow));
      if (this.figures.length > 1)
        this.overButton = this.button("overlay", "all in one place (o)", () => this.setOver(!this.over));
      this.button("reset", "the camera's first place (r)", () => this.resetCamera());
      this.setPlaying(true);
      this.setSpeed(1);
      this.setFollow(true);
    }

    makeLegend() {
      const legend = element(this.box, "div", "legend");
      for (const f of this.figures) {
        const label = element(legend, "label");
        const check = element(label, "input");
        check.type = "checkbox";
        check.checked = true;
        check.onchange = () => (f.place.visible = check.checked);
        label.append(" " + f.data.name + " ");
        element(label, "small", "", f.data.note);
        f.label = element(this.box, "div", "name", [f.data.name].concat(f.data.note || []).join(", "));
      }
      this.tip = element(this.box, "div", "tip");
      this.tip.hidden = true;
    }

    setPlaying(on) {
      this.playing = on;
      this.playButton.textContent = on ? "\u275A\u275A" : "\u25B6";
    }
    setSpeed(speed) {
      this.speed = speed;
      this.speedBox.value = speed;
    }
    setFollow(on) {
      this.follow = on;
      this.followButton.setAttribute("aria-pressed", on);
    }
    setOver(on) {
      this.over = on;
      this.arrange();
    }
    stepFrames(count) {
      this.setPlaying(false);
      const fps = this.figures[0].data.fps;
      this.seek((Math.round(this.time * fps) + count) / fps);
    }
    seek(time) {
      this.time = Math.min(Math.max(time, 0), this.duration);
    }
    /// Beside each other, all starts on one line; or where the files have them.
    arrange() {
      for (const f of this.figures) {
        const at = this.over ? [0, 0, 0] : f.data.beside;
        f.place.position.fromArray(at);
      }
      if (this.overButton) this.overButton.setAttribute("aria-pressed", this.over);
    }

    resetCamera() {
      const c = this.data.camera;
      this.azimuth = (c.azimuth * Math.PI) / 180;
      this.elevation = (c.elevation * Math.PI) / 180;
      this.distance = c.distance * (this.over ? 1 : 1 + 0.2 * (this.figures.length - 1));
      this.target = null;
      this.height = c.height;
      this.shift = new THREE.Vector3();
    }

    key(event) {
      const faster = (by) => {
        const i = SPEEDS.indexOf(this.speed) + by;
        if (i >= 0 && i < SPEEDS.length) this.setSpeed(SPEEDS[i]);
      };
      const actions = {
        " ": () => this.setPlaying(!this.playing),
        ArrowLeft: () => this.stepFrames(-1),
        ArrowRight: () => this.stepFrames(1),
        "[": () => faster(-1),
        "]": () => faster(1),
        f: () => this.setFollow(!this.follow),
        o: () => this.overButton && this.setOver(!this.over),
        r: () => this.resetCamera(),
      };
      if (!actions[event.key] || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      actions[event.key]();
    }

    listen() {
      const canvas = this.renderer.domElement;
      this.box.tabIndex = 0;
      this.box.addEventListener("keydown", (e) => this.key(e));
      canvas.addEventListener("contextmenu", (e) => e.preventDefault());
      canvas.addEventListener("pointerdown", (e) => {
        canvas.setPointerCapture(e.pointerId);
        this.drag = {x: e.clientX, y: e.clientY, pan: e.button !== 0 || e.shiftKey};
        this.box.focus();
      });
      canvas.addEventListener("pointerup", () => (this.drag = null));
      canvas.addEventListener("pointermove", (e) => (this.drag ? this.dragTo(e) : this.hover(e)));
      canvas.addEventListener("pointerleave", () => (this.tip.hidden = true));
      canvas.addEventListener("wheel", (e) => {
        e.preventDefault();
        this.distance *= Math.exp(0.001 * e.deltaY);
      }, {passive: false});
    }

    dragTo(e) {
      const dx = e.clientX - this.drag.x;
      const dy = e.clientY - this.drag.y;
      this.drag.x = e.clientX;
      this.drag.y = e.clientY;
      if (!this.drag.pan) {
        this.azimuth -= 0.008 * dx;
        this.elevation = Math.min(Math.max(this.elevation - 0.008 * dy, -1.55), 1.2);
        return;
      }
      const scale = (this.distance * 0.54) / this.box.clientHeight;
      const right = new THREE.Vector3().setFromMatrixColumn(this.camera.matrix, 0);
      const up = new THREE.Vector3().setFromMatrixColumn(this.camera.matrix, 1);
      this.shift.addScaledVector(right, -dx * scale).addScaledVector(up, dy * scale);
    }

    hover(e) {
      const r = this.renderer.domElement.getBoundingClientRect();
      const at = new THREE.Vector2(
        (2 * (e.clientX - r.left)) / r.width - 1, 1 - (2 * (e.clientY - r.top)) / r.height);
      const ray = new THREE.Raycaster();
      ray.setFromCamera(at, this.camera);
      const hit = ray.intersectObjects(this.figures.filter((f) => f.place.visible).map((f) => f.place), true)[0];
      this.tip.hidden = !hit;
      if (!hit) return;
      this.tip.textContent = hit.object.userData.label;
      this.tip.style.left = e.clientX - r.left + "px";
      this.tip.style.top = e.clientY - r.top + "px";
    }

    /// The middle of what is shown, on the floor.
    focus() {
      const sum = new THREE.Vector3();
      const one = new THREE.Vector3();
      const shown = this.figures.filter((f) => f.place.visible);
      const all = shown.length ? shown : this.figures;
      for (const f of all) sum.add(f.focus(one));
      return sum.divideScalar(all.length).setZ(0);
    }

    placeCamera() {
      if (!this.target || this.follow) this.target = this.focus();
      const at = this.target.clone().add(this.shift);
      at.z += this.height;
      const level = Math.cos(this.elevation);
      this.camera.position.set(
        at.x - this.distance * level * Math.cos(this.azimuth),
        at.y - this.distance * level * Math.sin(this.azimuth),
        at.z - this.distance * Math.sin(this.elevation));
      this.camera.lookAt(at);
      this.sun.target.position.set(at.x, at.y, 0);
      const s = this.data.extent;
      // from the camera's left shoulder, so that shadows fall where they are seen
      const a = this.azimuth + 2.4;
      this.sun.position.set(at.x + 2.4 * s * Math.cos(a), at.y + 2.4 * s * Math.sin(a), 4 * s);
      this.ground.position.set(
        this.step * Math.round(at.x / this.step), this.step * Math.round(at.y / this.step), 0);
    }

    resize() {
      const w = this.box.clientWidth;
      const h = this.box.clientHeight;
      if (w === this.width && h === this.tall) return;
      this.width = w;
      this.tall = h;
      this.renderer.setSize(w, h);
      this.camera.aspect = w / Math.max(h, 1);
      this.camera.updateProjectionMatrix();
    }

    writeNames() {
      const at = new THREE.Vector3();
      for (const f of this.figures) {
        f.focus(at).setZ(at.z + 0.62 * this.data.extent).project(this.camera);
        f.label.hidden = this.figures.length < 2 || !f.place.visible || at.z > 1;
        f.label.style.left = 50 * (at.x + 1) + "%";
        f.label.style.top = 50 * (1 - at.y) + "%";
      }
    }

    tick(now) {
      // the first frame's clock may lie before the script's
      const passed = Math.min(Math.max((now - this.last) / 1000, 0), 0.1);
      this.last = now;
      if (this.playing && !this.drag) {
        this.time += passed * this.speed;
        if (this.time > this.duration) this.time = 0;
      }
      for (const f of this.figures) f.pose(this.time);
      this.resize();
      this.placeCamera();
      this.renderer.render(this.scene, this.camera);
      this.writeNames();
      this.slider.value = this.time;
      this.clock.textContent =
        this.time.toFixed(2) + " / " + this.duration.toFixed(2) + " s, frame " + this.figures[0].frame;
      this.box.dataset.state = "shown";
      requestAnimationFrame((t) => this.tick(t));
    }
  }

  function begin() {
    for (const box of document.querySelectorAll(".motus-player")) {
      const data = JSON.parse(document.getElementById(box.dataset.source).textContent);
      // a page that is nothing but a player is named after what it plays
      if (document.title === "Motus") document.title = data.title;
      try {
        box.player = new Player(box, data);
      } catch (e) {
        box.dataset.state = "failed";
        element(box, "div", "sorry", "This browser shows no 3-D (WebGL) here: " + e.message);
      }
    }
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
