/** The shader that draws all marks in one call; it also moves them, so that a frame costs the page nothing per car. */

/** Floats of one mark: from x y, to x y, start, 1/glide, heading, turn, u, v, cell, opacity. */
export const floatsPerMark = 12;

/** Positions are Mercator less the origin, times in seconds, angles in radians. */
const vertex = `#version 300 es
layout(location = 0) in vec4 way;
layout(location = 1) in vec4 motion;
layout(location = 2) in vec4 picture;
uniform vec2 center;
uniform vec2 half_size;
uniform float world;
uniform float now;
uniform float mark_scale;
uniform float atlas;
out vec2 uv;
out float opacity;
void main() {
  float share = clamp((now - motion.x) * motion.y, 0.0, 1.0);
  vec2 place = mix(way.xy, way.zw, share) - center;
  // The copy of the world that is nearest.
  place.x -= round(place.x);
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  float side = picture.z * (picture.z < 60.0 ? mark_scale : 1.0) * 0.5;
  vec2 offset = (corner - 0.5) * side;
  float angle = motion.z + motion.w * min(1.0, share * 2.0);
  offset = mat2(cos(angle), sin(angle), -sin(angle), cos(angle)) * offset;
  vec2 pixel = place * world + offset;
  gl_Position = vec4(pixel / half_size * vec2(1.0, -1.0), 0.0, 1.0);
  uv = (picture.xy + corner * picture.z) / atlas;
  opacity = picture.w;
}`;

const fragment = `#version 300 es
precision mediump float;
in vec2 uv;
in float opacity;
uniform sampler2D pictures;
out vec4 color;
void main() {
  color = texture(pictures, uv) * opacity;
}`;

const names = ['center', 'half_size', 'world', 'now', 'mark_scale', 'atlas'] as const;

export type Uniforms = Record<(typeof names)[number], WebGLUniformLocation | null>;

/** The program is in use, and its attributes are bound to the buffer, when this returns. */
export function useProgram(gl: WebGL2RenderingContext): { uniforms: Uniforms; buffer: WebGLBuffer } {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error('The graphics context is lost.');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`The marks' shader does not work here: ${gl.getProgramInfoLog(program) ?? ''}`);
  }
  gl.useProgram(program);
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  for (let location = 0; location < 3; location++) {
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, 4, gl.FLOAT, false, floatsPerMark * 4, location * 16);
    gl.vertexAttribDivisor(location, 1);
  }
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const uniforms = Object.fromEntries(names.map((name) => [name, gl.getUniformLocation(program, name)])) as Uniforms;
  return { uniforms, buffer };
}
