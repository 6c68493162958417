/** Ant Design in our colours and sizes, for the pages that are forms and tables. */
import { App, ConfigProvider, theme as looks } from 'antd';
import en from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import type { ReactNode } from 'react';

interface FormsProps {
  theme: 'light' | 'dark';
  fontSize: number;
  language: 'zh-CN' | 'en';
  children: ReactNode;
}

// The tokens of `tokens.css` again: Ant Design computes with its colours, so it cannot take properties.
const LIGHT = {
  colorPrimary: '#1661ab',
  colorTextLightSolid: '#ffffff',
  colorError: '#c4323a',
  colorSuccess: '#23744a',
  colorText: '#1b2129',
  colorTextSecondary: '#56606c',
  colorTextTertiary: '#626d7a',
  colorTextPlaceholder: '#626d7a',
  colorTextHeading: '#1b2129',
  colorBgContainer: '#ffffff',
  colorBgElevated: '#ffffff',
  colorBorder: '#cdd4dc',
  colorBorderSecondary: '#e3e7ec',
};
const DARK = {
  colorPrimary: '#5aa5e3',
  colorTextLightSolid: '#0d1a26',
  colorError: '#f4797e',
  colorSuccess: '#58b886',
  colorText: '#e4e8ee',
  colorTextSecondary: '#a3adba',
  colorTextTertiary: '#8b97a5',
  colorTextPlaceholder: '#8b97a5',
  colorTextHeading: '#e4e8ee',
  colorBgContainer: '#1a1f26',
  colorBgElevated: '#222831',
  colorBorder: '#3b4450',
  colorBorderSecondary: '#2b323c',
};

export function Forms({ theme, fontSize, language, children }: FormsProps) {
  const isDark = theme === 'dark';
  return (
    <ConfigProvider
      locale={language === 'en' ? en : zhCN}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: isDark ? looks.darkAlgorithm : looks.defaultAlgorithm,
        token: {
          ...(isDark ? DARK : LIGHT),
          fontSize,
          fontFamily: 'inherit',
          borderRadius: 8,
          motionDurationMid: '0.12s',
          motionDurationSlow: '0.14s',
        },
        components: {
          Button: { primaryShadow: 'none', dangerShadow: 'none', defaultShadow: 'none' },
          Segmented: isDark
            ? { trackBg: '#14181d', itemSelectedBg: '#2b323c', itemHoverBg: '#20262e' }
            : { trackBg: '#f4f6f8' },
        },
      }}
    >
      {/* Its messages and questions must be drawn in these colours too. */}
      <App component={false}>{children}</App>
    </ConfigProvider>
  );
}
