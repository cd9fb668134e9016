/** A QR code as an SVG path: dark on white in every theme, as readers want it. */
import qrcode from 'qrcode-generator';
import { svg } from '../page/dom.js';

/** Readers want so much white around, modules. */
const quiet = 4;

export function qrCode(text: string): SVGSVGElement {
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  const count = code.getModuleCount();
  let path = '';
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) if (code.isDark(row, column)) path += `M${column + quiet} ${row + quiet}h1v1h-1z`;
  }
  const size = count + 2 * quiet;
  return svg(
    { class: 'qr', viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': 'QR code of the address below', 'shape-rendering': 'crispEdges' },
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#0e1116" d="${path}"/>`,
  );
}
