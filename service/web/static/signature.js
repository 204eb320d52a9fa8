// The signature: shows the panel of the chosen method, previews it, and lets a person draw.
// What is drawn is sent as a PNG data URL in the hidden field "drawn_image"; where the page comes back
// with one, the pad shows it and a stroke adds to it. A photograph is made
// smaller before it is sent; where that fails the service takes it as it is.
"use strict";

const LONGEST = 2000; // pixels; the service works on no more

const form = document.querySelector("[data-signature]");
if (form) {
  const methods = form.querySelectorAll("input[name=method]");
  const preview = form.querySelector("[data-preview]");
  const written = preview.querySelector(".written");
  const picture = preview.querySelector("img");
  const typed = form.querySelector("[name=typed_name]");
  const faces = [...form.querySelectorAll("[name=face]")];
  const upload = form.querySelector("[name=uploaded_image]");
  const drawn = form.querySelector("[name=drawn_image]");
  const pad = makePad(form.querySelector("canvas"), form.querySelector("[data-clear]"), drawn, show);
  let uploaded = "";

  for (const method of methods) method.addEventListener("change", choose);
  typed.addEventListener("input", show);
  for (const face of faces) face.addEventListener("change", show);
  upload.addEventListener("change", async () => {
    uploaded = "";
    show();
    const chosen = upload.files[0];
    if (!chosen) return;
    const file = await smaller(chosen);
    if (upload.files[0] !== chosen) return; // another was chosen meanwhile
    if (file !== chosen) {
      const files = new DataTransfer();
      files.items.add(file);
      upload.files = files.files;
    }
    const reader = new FileReader();
    reader.addEventListener("load", () => { uploaded = reader.result; show(); });
    reader.readAsDataURL(file);
  });
  choose();

  function chosen() {
    return [...methods].find((method) => method.checked)?.value;
  }

  function choose() {
    for (const panel of form.querySelectorAll("[data-method]")) panel.hidden = panel.dataset.method !== chosen();
    if (chosen() === "drawn") pad.fit();
    show();
  }

  function show() {
    const source = { drawn: drawn.value, uploaded }[chosen()] ?? "";
    const face = faces.find((each) => each.checked) ?? faces[0];
    written.className = `written hand hand-${face.dataset.looks}`;
    written.textContent = chosen() === "typed" ? typed.value.trim() : "";
    picture.hidden = !source;
    if (source) picture.src = source;
    else picture.removeAttribute("src");
  }
}

async function smaller(file) {
  try {
    const photo = await createImageBitmap(file); // upright, as its maker meant it
    const scale = LONGEST / Math.max(photo.width, photo.height);
    const known = ["image/png", "image/jpeg"].includes(file.type);
    if (scale >= 1 && known) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(photo.width * Math.min(1, scale));
    canvas.height = Math.round(photo.height * Math.min(1, scale));
    canvas.getContext("2d").drawImage(photo, 0, 0, canvas.width, canvas.height);
    photo.close();
    const type = file.type === "image/png" ? file.type : "image/jpeg"; // a PNG may be transparent
    const blob = await new Promise((done) => canvas.toBlob(done, type, 0.9));
    return blob ? new File([blob], file.name, { type }) : file;
  } catch {
    return file;
  }
}

function makePad(canvas, clear, field, changed) {
  const pen = canvas.getContext("2d");
  let strokes = [];
  let current = null;
  let before = null; // the drawing that came back with the page
  if (field.value) {
    const image = new Image();
    image.addEventListener("load", () => { before = image; draw(); });
    image.src = field.value;
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    current = [place(event)];
    strokes.push(current);
    draw();
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!current) return;
    current.push(place(event));
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, finish);
  clear.addEventListener("click", () => { strokes = []; before = null; draw(); finish(); });
  addEventListener("resize", fit);

  function place(event) {
    const box = canvas.getBoundingClientRect();
    // kept as a share of the pad, so that turning the phone keeps the signature
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  function fit() {
    const box = canvas.getBoundingClientRect();
    if (!box.width) return;
    const scale = Math.min(devicePixelRatio || 1, 2);
    canvas.width = Math.round(box.width * scale);
    canvas.height = Math.round(box.height * scale);
    draw();
  }

  function draw() {
    const { width, height } = canvas;
    pen.clearRect(0, 0, width, height);
    if (before) {
      // A pad of another shape, or ink that was cropped: in the middle, with air around it.
      const fits = Math.min(width / before.width, height / before.height);
      const same = Math.abs(before.width / before.height - width / height) < 0.02;
      const [w, h] = [before.width, before.height].map((side) => side * fits * (same ? 1 : 0.8));
      pen.drawImage(before, (width - w) / 2, (height - h) / 2, w, h);
    }
    pen.lineWidth = Math.max(2, height / 70);
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = pen.fillStyle = "#12233f";
    for (const stroke of strokes) {
      pen.beginPath();
      stroke.forEach(([x, y], i) => (i ? pen.lineTo(x * width, y * height) : pen.moveTo(x * width, y * height)));
      if (stroke.length === 1) pen.lineTo(stroke[0][0] * width + 0.1, stroke[0][1] * height);
      pen.stroke();
    }
  }

  function finish() {
    current = null;
    field.value = strokes.length || before ? canvas.toDataURL("image/png") : "";
    changed();
  }

  return { fit };
}
